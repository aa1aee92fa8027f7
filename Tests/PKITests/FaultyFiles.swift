import Foundation
@testable import PKI

/// The real files, of which the N-th change fails: before it is done, or after it was done all the same.
final class FaultyFiles: LinkingFiles, @unchecked Sendable {
    enum Fault: Sendable, CaseIterable {
        case failed, failedButPersisted
    }

    private let real = PosixFiles()
    private let fault: Fault
    /// Whether all works again after it, as in a process that goes on.
    private let passes: Bool
    private var remaining: Int  // a test uses one instance from one thread
    private(set) var hasFailed = false

    init(failing number: Int, _ fault: Fault, passes: Bool = false) {
        remaining = number
        self.passes = passes
        self.fault = fault
    }

    private func change(_ path: String, _ body: () throws(PKIError) -> Void) throws(PKIError) {
        guard !hasFailed || passes else {
            throw .fileFailed(path: path, operation: "after the fault", errno: EIO)
        }
        remaining -= 1
        guard remaining == 0 else { return try body() }
        hasFailed = true
        if fault == .failedButPersisted { try body() }
        throw .fileFailed(path: path, operation: "injected", errno: EIO)
    }

    func status(_ path: String) throws(PKIError) -> FileStatus? { try real.status(path) }

    func names(in directory: String) throws(PKIError) -> [String] { try real.names(in: directory) }

    func read(_ path: String, max: Int) throws(PKIError) -> [UInt8] {
        try real.read(path, max: max)
    }

    func create(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(PKIError) {
        try change(path) { () throws(PKIError) in try real.create(path, bytes, mode: mode) }
    }

    func createDirectory(_ path: String, mode: UInt32) throws(PKIError) {
        try change(path) { () throws(PKIError) in try real.createDirectory(path, mode: mode) }
    }

    func rename(_ from: String, to: String) throws(PKIError) {
        try change(to) { () throws(PKIError) in try real.rename(from, to: to) }
    }

    func createLink(_ path: String, to target: String) throws(PKIError) {
        try change(path) { () throws(PKIError) in try real.createLink(path, to: target) }
    }

    func linkTarget(_ path: String) throws(PKIError) -> String? { try real.linkTarget(path) }

    func syncDirectory(_ path: String) throws(PKIError) {
        try change(path) { () throws(PKIError) in try real.syncDirectory(path) }
    }

    func remove(_ path: String) throws(PKIError) {
        try change(path) { () throws(PKIError) in try real.remove(path) }
    }

    func removeDirectory(_ path: String) throws(PKIError) {
        try change(path) { () throws(PKIError) in try real.removeDirectory(path) }
    }
}
