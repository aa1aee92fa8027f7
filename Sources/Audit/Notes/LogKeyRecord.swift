/// The log's record `log.key`: which key signs from now on, endorsed by the one before.
struct LogKeyRecord {
    static let action = "log.key"

    /// The new key.
    let key: VerifierKey?
    /// The signed note by which the key before hands over; nil for the log's first key.
    let endorsement: SignedNote?

    /// Says whether a line is such a record; `body` is where its `"type"` stands.
    static func claims(_ line: UnsafeRawBufferPointer, body: Int) -> Bool {
        var cursor = JSONCursor(line, at: body)
        return cursor.take(#""type":"system","action":"log.key""#)
    }

    /// Reads the record of a line.
    init(line: [UInt8]) {
        let detail = JSONMembers.range(of: "detail", in: line).map { Array(line[$0]) } ?? []
        key = JSONMembers.text("vkey", in: detail).flatMap { VerifierKey($0) }
        endorsement = JSONMembers.text("endorsement", in: detail).flatMap { try? SignedNote($0) }
    }

    /// The text that the key before signs.
    static func endorsementText(of key: VerifierKey) -> String {
        "maxine audit key handover v1\n\(key.name)\n\(key)\n"
    }

    /// The record's detail.
    static func detail(
        _ key: VerifierKey, endorsedBy signer: LogSigner?
    ) throws(NoteError) -> [UInt8] {
        var out: [UInt8] = []
        out.append(#"{"vkey":"#)
        out.append(quoted: key.description)
        if let signer {
            out.append(#","previous":"#)
            out.append(quoted: signer.verifierKey.description)
            out.append(#","endorsement":"#)
            out.append(quoted: try signer.sign(endorsementText(of: key)).description)
        }
        out.append("}")
        return out
    }
}

extension CommitTrail {
    /// Takes over a key that a trusted one endorses; says what is wrong if one endorses it falsely.
    mutating func learn(_ record: LogKeyRecord) -> String? {
        guard !keys.isEmpty else { return nil }
        guard let key = record.key else { return "the record's key is malformed" }
        guard !keys.contains(key), let note = record.endorsement else { return nil }
        do throws(NoteError) {
            _ = try note.verify(keys)
        } catch .noKnownSignature {
            return nil
        } catch {
            return "the new key is not endorsed: \(error)"
        }
        guard note.text == LogKeyRecord.endorsementText(of: key) else {
            return "the endorsement is for another key"
        }
        keys.append(key)
        return nil
    }
}
