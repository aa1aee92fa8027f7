import Audit
import NIOConcurrencyHelpers
import PKI

/// The real files, of which the N-th change fails: before it is done, or after it was done all the same; then all do.
final class FaultyKeyFiles: DurableFiles {
    private let real = PosixFiles()
    private let isPersisted: Bool
    private let remaining: NIOLockedValueBox<Int>

    init(failing number: Int, isPersisted: Bool) {
        remaining = NIOLockedValueBox(number)
        self.isPersisted = isPersisted
    }

    var hasFailed: Bool { remaining.withLockedValue { $0 <= 0 } }

    private func change(_ path: String, _ body: () throws(PKIError) -> Void) throws(PKIError) {
        let left = remaining.withLockedValue { remaining in
            remaining -= 1
            return remaining
        }
        guard left <= 0 else { return try body() }
        if left == 0, isPersisted { try body() }
        throw .fileFailed(path: path, operation: "injected", errno: PosixFileSystem.inputOutput)
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
