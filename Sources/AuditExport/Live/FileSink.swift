internal import Foundation
internal import Glibc
internal import NIOConcurrencyHelpers

/// Appends to a file and syncs it; after a crash, what the cursor doesn't know yet is cut off and written again.
final class FileSink: ExportSink {
    private let path: String
    private let format: ExportFormat
    private let length = NIOLockedValueBox<Int64>(0)

    init(path: String, format: ExportFormat) {
        self.path = path
        self.format = format
    }

    var note: Int64 { length.withLockedValue { $0 } }

    func resume(_ note: Int64) throws(ExportError) {
        let file = try openFile()
        defer { _ = Glibc.close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw fault("can't be read") }
        if Int64(status.st_size) < note {
            throw fault("is shorter than what was written to it; was it changed?")
        }
        guard ftruncate(file, Int(note)) == 0 else { throw fault("can't be cut") }
        if note == 0, !format.header.isEmpty { try append(format.header, to: file, at: 0) }
        length.withLockedValue { $0 = max(note, Int64(format.header.count)) }
    }

    func deliver(_ events: [AuditEvent]) throws(ExportError) {
        var bytes: [UInt8] = []
        for event in events { format.append(event, to: &bytes) }
        let file = try openFile()
        defer { _ = Glibc.close(file) }
        let start = note
        try append(bytes, to: file, at: start)
        guard fdatasync(file) == 0 else { throw fault("can't be synced") }
        length.withLockedValue { $0 = start + Int64(bytes.count) }
    }

    private func openFile() throws(ExportError) -> Int32 {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if file < 0 { throw fault("can't be opened") }
        return file
    }

    private func append(_ bytes: [UInt8], to file: Int32, at start: Int64) throws(ExportError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(file, $0.baseAddress.map { $0 + done }, $0.count - done, Int(start) + done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw fault("can't be written") }
            done += count
        }
    }

    private func fault(_ why: String) -> ExportError {
        .unreachable("\(path): \(why): \(String(cString: strerror(errno)))")
    }
}
