internal import Audit
internal import Foundation
internal import PKI

/// The end of the log as it was last noted, in a file apart from the log.
///
/// A log that was emptied or cut while nobody looked is whole in itself; beside this file it is not. The file stands in the
/// data folder from before the trust domain is there, so that a trust domain without it is one whose log was taken away.
struct LogAnchorFile: Sendable {
    let path: String
    private let folder: String
    private let trustDomain: String
    private let files = PosixFiles()

    init(_ configuration: GatewayConfiguration) {
        folder = configuration.dataDirectory
        path = folder + "/log.anchor"
        trustDomain = folder + "/pki"
    }

    /// Says that no log has begun, if a trust domain is about to be made.
    func begin() throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: trustDomain)) ?? []
        guard names.isEmpty, try files.status(path) == nil else { return }
        try files.createDirectories(folder, mode: 0o700)
        try write(.empty)
    }

    /// What is noted; nil if nothing is, or nothing that can be read.
    func read() throws -> LogAnchor? {
        guard try files.status(path) != nil else { return nil }
        return LogAnchor(encoded: try files.read(path, max: CustodyLimits.anchorBytesMax))
    }

    /// Notes an end, durable.
    func write(_ anchor: LogAnchor) throws {
        try files.replace(path, anchor.encoded, mode: 0o600)
    }
}
