internal import Text

/// The end of a log, signed by its key (C2SP tlog-checkpoint).
public struct Checkpoint: Sendable, Equatable {
    /// The log's name.
    public let origin: String
    /// How many records it covers, and the tree's root over them.
    public let end: LogAnchor
    /// Who signed it, of the keys that it was verified by.
    public let signers: [NoteSigner]
    /// The text with all its signatures.
    public let note: SignedNote

    /// The note as it is kept and told.
    public var bytes: [UInt8] { note.bytes }

    /// Verifies a note: the log's own key has signed it, and no signature of a known key is wrong.
    ///
    /// - Parameters:
    ///   - note: What was read.
    ///   - keys: The log's keys, and those of witnesses.
    /// - Throws: ``CheckpointFault`` that says what is wrong.
    public init(
        _ note: SignedNote, by keys: [VerifierKey]
    ) throws(CheckpointFault) {
        guard let (origin, end) = Self.parse(note.text) else { throw .malformed }
        guard let signers = note.signers(among: keys) else { throw .wrongSignature }
        guard signers.contains(where: { $0.key.kind == .log && $0.key.name.isExactly(origin) })
        else {
            throw .unsigned(origin: origin)
        }
        self.origin = origin
        self.end = end
        self.signers = signers
        self.note = note
    }

    /// Reads and verifies a note.
    public init(
        _ bytes: [UInt8], by keys: [VerifierKey]
    ) throws(CheckpointFault) {
        guard let note = SignedNote(bytes) else { throw .malformed }
        try self.init(note, by: keys)
    }

    private init(_ other: Checkpoint, _ note: SignedNote, _ signers: [NoteSigner]) {
        origin = other.origin
        end = other.end
        self.signers = signers
        self.note = note
    }

    /// The same end with one more signature, which was verified.
    func with(_ signature: SignedNote.Signature, of signer: NoteSigner) -> Checkpoint {
        guard !signers.contains(where: { $0.key == signer.key }) else { return self }
        var note = note
        note.add(signature)
        return Checkpoint(self, note, signers + [signer])
    }

    /// The same end with the signatures of another checkpoint of it.
    func merged(with other: Checkpoint) -> Checkpoint {
        var merged = self
        for signature in other.note.signatures {
            let signer = other.signers.first {
                $0.key.id == signature.keyID && $0.key.name.isExactly(signature.name)
            }
            if let signer { merged = merged.with(signature, of: signer) }
        }
        return merged
    }

    /// A log's end as it is signed.
    static func text(origin: String, _ end: LogAnchor) -> [UInt8] {
        Array("\(origin)\n\(end.size)\n\(end.root.base64)\n".utf8)
    }

    /// Reads the three lines; further ones are passed over, as C2SP tlog-checkpoint has it.
    static func parse(_ text: [UInt8]) -> (String, LogAnchor)? {
        let lines = text.dropLast().split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count >= 3, lines.allSatisfy({ !$0.isEmpty }),
            let size = Decimal.parse(lines[1]),
            let root = TreeHash(base64: String(decoding: lines[2], as: UTF8.self))
        else { return nil }
        return (String(decoding: lines[0], as: UTF8.self), LogAnchor(size: size, root: root))
    }
}

/// Why a checkpoint or a proof is not believed.
public enum CheckpointFault: Error, Equatable, Sendable {
    /// It is not of the form.
    case malformed
    /// A signature by a known key is not valid.
    case wrongSignature
    /// No known key of that log has signed it.
    case unsigned(origin: String)
    /// The proof does not lead to the checkpoint's root.
    case unproven
    /// It is of another record, or covers less than is asked.
    case other(String)
}

extension CheckpointFault: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .malformed: "it is no checkpoint or proof of a log"
        case .wrongSignature: "a signature in it is not valid"
        case .unsigned(let origin):
            "no key that is known has signed it for the log \(quote(origin))"
        case .unproven: "the proof does not lead to the root of the checkpoint"
        case .other(let why): why
        }
    }
}

/// Decimal numbers without sign and leading zeroes.
enum Decimal {
    static func parse(_ digits: some Collection<UInt8>) -> UInt64? {
        guard (1...20).contains(digits.count), digits.count == 1 || digits.first != 0x30,
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }
}
