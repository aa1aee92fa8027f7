internal import Audit
internal import StrictJSON

/// The proof that the log of an earlier bundle is the beginning of this one's.
enum BundleConsistency {
    static func document(
        _ bundle: AuditBundle, _ report: ExportReport
    ) throws(ExportError) -> [UInt8] {
        guard let previous = bundle.previous else {
            return Array("{\"previous\":null}\n".utf8)
        }
        let path = previous + "/log.json"
        guard let facts = try? StrictJSON.parse([UInt8](try FileBytes.read(path))),
            let size = facts["size"]?.integer, size > 0,
            let root = facts["root"]?.string.flatMap({ TreeHash(base64: $0) })
        else { throw .file(path: path, why: "names no size and root") }
        guard UInt64(size) <= report.size else {
            throw .unproven(
                file: path, line: 1, why: "it had \(size) records, the log has \(report.size)")
        }
        let proof = try ConsistencyWalk.proof(
            directory: bundle.directory, from: UInt64(size), to: report.size)
        guard
            MerkleProofs.verifyConsistency(
                from: UInt64(size), root: root, to: report.size, root: report.root, proof: proof)
        else {
            throw .unproven(
                file: path, line: 1, why: "its root is not that of the log's first \(size) records")
        }
        return JSONBuilder.object { part in
            part.object("previous") { object in
                object.number("size", size)
                object.text("root", root.base64)
            }
            part.number("size", report.size)
            part.text("root", report.root.base64)
            part.texts("proof", proof.map(\.base64))
        } + [0x0A]
    }
}

/// Computes a consistency proof in one walk over the log (RFC 6962 section 2.1.2).
enum ConsistencyWalk {
    /// The subtrees that the proof names, as leaf ranges in its order.
    static func parts(from: UInt64, to: UInt64) -> [Range<UInt64>] {
        var parts: [Range<UInt64>] = []
        var low: UInt64 = 0
        var high = to
        var isComplete = true
        while high - low != from - low {
            var half: UInt64 = 1
            while half * 2 < high - low { half *= 2 }
            if from - low <= half {
                parts.append(low + half..<high)
                high = low + half
            } else {
                parts.append(low..<low + half)
                low += half
                isComplete = false
            }
        }
        if !isComplete { parts.append(low..<high) }
        return parts.reversed()
    }

    static func proof(
        directory: String, from: UInt64, to: UInt64
    ) throws(ExportError) -> [TreeHash] {
        let parts = parts(from: from, to: to)
        var trees = parts.map { _ in MerkleRange() }
        var tail = LogTail(directory: directory, from: 1)
        do throws(AuditError) {
            while tail.place.size < to {
                let records = try tail.next()
                if records.isEmpty { break }
                for record in records {
                    let place = record.sequence - 1
                    for (index, part) in parts.enumerated() where part.contains(place) {
                        trees[index].append(MerkleTree.leafHash(of: record.line))
                    }
                }
            }
        } catch {
            throw .log(error)
        }
        return trees.compactMap(\.root)
    }
}
