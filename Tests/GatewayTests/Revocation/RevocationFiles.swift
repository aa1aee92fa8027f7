import Audit
import FileSupport
import NIOConcurrencyHelpers

/// The real files of a journal, which note when the record of each revocation was on disk.
final class RevocationFiles: FilesOverOthers {
    private struct State {
        /// How many were written and not synced.
        var written = 0
        var durable: [ContinuousClock.Instant] = []
    }

    let base = PosixFileSystem()
    private let state = NIOLockedValueBox(State())

    /// When each was durable, in their order.
    var durable: [ContinuousClock.Instant] { state.withLockedValue { $0.durable } }

    func write(
        _ bytes: UnsafeRawBufferPointer, to file: OpenFile, at offset: Int64
    ) throws(FileFault) -> Int {
        let lines = bytes.split(separator: 10)
        let revocations = lines.count { line in
            let text = String(decoding: line, as: UTF8.self)
            return text.contains(#""type":"intent""#) && text.contains(#""action":"ca.revoke""#)
        }
        state.withLockedValue { $0.written += revocations }
        return try base.write(bytes, to: file, at: offset)
    }

    func sync(_ file: OpenFile) throws(FileFault) {
        try base.sync(file)
        let now = ContinuousClock.now
        state.withLockedValue { state in
            for _ in 0..<state.written { state.durable.append(now) }
            state.written = 0
        }
    }
}
