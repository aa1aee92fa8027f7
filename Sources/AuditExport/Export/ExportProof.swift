public import Audit
internal import Crypto
internal import Foundation

/// What a proof says about its export, once all of it was checked.
public struct ExportReport: Sendable, Equatable {
    /// The log's size and root that the proof leads to.
    public var size: UInt64
    /// The tree's root.
    public var root: TreeHash
    /// The first and last sequence within the time asked for; 0 if there is none.
    public var first: UInt64
    /// The last sequence.
    public var last: UInt64
    /// How many records were exported, left out and outside.
    public var counts: ExportCounts
    /// The filter as JSON, and the format.
    public var filter: String
    /// The format.
    public var format: ExportFormat
}

/// Checks an export against its proof, and the proof against a root or the log itself.
public enum ExportVerifier {
    /// Checks that an export is what its proof says: each line, its order, the counts, the digest and the root.
    ///
    /// - Parameters:
    ///   - records: The export's file.
    ///   - proof: The proof's file.
    /// - Returns: What the proof says.
    /// - Throws: ``ExportError/unproven(file:line:why:)``, `.file`.
    public static func verify(records: String, proof: String) throws(ExportError) -> ExportReport {
        var check = try ProofCheck(recordsFile: records, proofFile: proof)
        return try check.run()
    }

    /// Checks, beside the above, that the log has the proof's root and that the filter leaves out what the proof leaves out.
    ///
    /// - Throws: As ``verify(records:proof:)``, and `.log`, `.damaged`.
    public static func verify(
        records: String, proof: String, directory: String
    ) throws(ExportError) -> ExportReport {
        let report = try verify(records: records, proof: proof)
        let filter = try RecordFilter(json: report.filter)
        var export = try RecordExport(
            directory: directory, filter: filter, format: report.format, size: report.size)
        let known = try FileBytes.read(proof)
        var place = 0
        while let chunk = try export.next() {
            let end = place + chunk.proof.count
            guard end <= known.count, known[place..<end].elementsEqual(chunk.proof) else {
                let line = known[..<min(place, known.count)].count { $0 == 0x0A } + 1
                let shared = zip(known[place...], chunk.proof).prefix { $0 == $1 }
                throw .unproven(
                    file: proof, line: line + shared.count { $0.0 == 0x0A },
                    why: "the log gives another proof from here on")
            }
            place = end
        }
        guard place == known.count else {
            throw .unproven(file: proof, line: 0, why: "the proof is longer than the log's own")
        }
        return report
    }
}

/// Whole files, with errors that name them.
enum FileBytes {
    static func read(_ path: String) throws(ExportError) -> Data {
        do {
            let data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
            guard data.count <= ExportLimits.proofBytesMax else {
                throw ExportError.file(path: path, why: "is too long")
            }
            return data
        } catch let error as ExportError {
            throw error
        } catch {
            throw .file(path: path, why: "can't be read")
        }
    }

    static func write(_ bytes: some Collection<UInt8>, to path: String) throws(ExportError) {
        do {
            try Data(bytes).write(to: URL(filePath: path))
        } catch {
            throw .file(path: path, why: "can't be written")
        }
    }
}
