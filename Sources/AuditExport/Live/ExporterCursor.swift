internal import Audit
internal import Foundation
internal import Glibc
internal import StrictJSON

/// How far an exporter has come, on disk: replaced whole, so that it is the old or the new one after any crash.
struct ExporterCursor: Equatable {
    /// The last record that the receiver has.
    var sequence: UInt64 = 0
    /// Where reading goes on; at or before that record's end.
    var place: TailPlace?
    /// The leaf hash of the log's first record, so that a cursor of another log is noticed.
    var log = ""
    /// What the sink wants to know at its next start.
    var note: Int64 = 0

    /// Reads a cursor; the beginning if there is none.
    static func load(_ path: String) throws(ExportError) -> ExporterCursor {
        guard FileManager.default.fileExists(atPath: path) else { return ExporterCursor() }
        let bytes = [UInt8](try FileBytes.read(path))
        guard let value = try? StrictJSON.parse(bytes), let sequence = value["seq"]?.integer,
            let size = value["size"]?.integer, let segment = value["segment"]?.integer,
            let offset = value["offset"]?.integer, let line = value["line"]?.integer,
            let log = value["log"]?.string, let note = value["note"]?.integer,
            sequence >= 0, size >= 0, size <= sequence, segment > 0, offset >= 0, line >= 0
        else { throw .file(path: path, why: "is no cursor; remove it to export all again") }
        return ExporterCursor(
            sequence: UInt64(sequence),
            place: TailPlace(
                size: UInt64(size), segment: UInt64(segment), offset: offset,
                linesBefore: Int(line)), log: log, note: note)
    }

    /// Writes the cursor durably.
    func save(_ path: String) throws(ExportError) {
        let place = place ?? TailPlace(size: 0, segment: 1, offset: 0, linesBefore: 0)
        let bytes = JSONBuilder.object { part in
            part.number("seq", sequence)
            part.number("size", place.size)
            part.number("segment", place.segment)
            part.number("offset", place.offset)
            part.number("line", place.linesBefore)
            part.text("log", log)
            part.number("note", note)
        }
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .file(path: temporary, why: "can't be made") }
        let isWritten = write(file, bytes, bytes.count) == bytes.count && fdatasync(file) == 0
        close(file)
        guard isWritten, rename(temporary, path) == 0 else {
            throw .file(path: path, why: "can't be written")
        }
    }
}
