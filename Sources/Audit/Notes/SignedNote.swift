/// A text with signature lines (C2SP signed-note); nothing of it is to be believed before `verify`.
public struct SignedNote: Hashable, Sendable, CustomStringConvertible {
    /// One signature line.
    public struct Signature: Hashable, Sendable {
        /// The name of the key.
        public let name: String
        /// The id of the key.
        public let id: UInt32
        /// What the key made of the text.
        public let bytes: [UInt8]
    }

    /// The text, up to and with its last newline.
    public let text: String
    /// The signature lines.
    public private(set) var signatures: [Signature]

    init(text: String, signatures: [Signature]) {
        self.text = text
        self.signatures = signatures
    }

    /// Reads a note.
    ///
    /// - Throws: `NoteError.malformedNote`.
    public init(_ note: String) throws(NoteError) {
        guard note.utf8.count <= Limits.noteBytesMax, note.hasSuffix("\n"),
            note.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }),
            let end = Self.lastBlankLine(of: note)
        else { throw .malformedNote }
        text = String(note[..<end])
        let lines = note[note.index(after: end)...].dropLast()
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard !lines.isEmpty, lines.count <= Limits.noteSignaturesMax else { throw .malformedNote }
        signatures = []
        for line in lines { signatures.append(try Self.signature(line)) }
    }

    /// The note as it is stored and sent.
    public var description: String { text + "\n" + signatureLines }

    /// Only the signature lines.
    public var signatureLines: String {
        signatures.map { signature in
            var out: [UInt8] = []
            let id = (0..<4).map { UInt8(truncatingIfNeeded: signature.id >> (24 - 8 * $0)) }
            (id + signature.bytes).withUnsafeBytes { Base64.append($0, to: &out) }
            return "\u{2014} \(signature.name) " + String(decoding: out, as: UTF8.self) + "\n"
        }.joined()
    }

    /// Checks the signatures of the keys given; others are passed over.
    ///
    /// - Returns: The keys whose signatures verify, with a cosignature's time in seconds since 1970.
    /// - Throws: `NoteError.wrongSignature` if one of a known key doesn't, `.noKnownSignature`.
    public func verify(_ keys: some Collection<VerifierKey>) throws(NoteError)
        -> [(key: VerifierKey, seconds: UInt64)]
    {
        var found: [(key: VerifierKey, seconds: UInt64)] = []
        for signature in signatures {
            for key in keys where key.name == signature.name && key.id == signature.id {
                guard let seconds = key.check(signature.bytes, over: text) else {
                    throw .wrongSignature(key: key.name)
                }
                found.append((key, seconds))
            }
        }
        if found.isEmpty { throw .noKnownSignature }
        return found
    }

    /// The same text with more signature lines.
    public func adding(_ more: [Signature]) -> SignedNote {
        var note = self
        for signature in more where !note.signatures.contains(signature) {
            note.signatures.append(signature)
        }
        return note
    }

    /// The end of the text: its last newline is followed by the separating empty line.
    private static func lastBlankLine(of note: String) -> String.Index? {
        var found: String.Index?
        var before: Character?
        for index in note.indices {
            if note[index] == "\n", before == "\n" { found = index }
            before = note[index]
        }
        return found
    }

    private static func signature(_ line: Substring) throws(NoteError) -> Signature {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "\u{2014}", VerifierKey.isName(String(parts[1])),
            let bytes = Base64.decode(Array(parts[2].utf8)), bytes.count > 4
        else { throw .malformedNote }
        return Signature(
            name: String(parts[1]), id: bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) },
            bytes: Array(bytes.dropFirst(4)))
    }
}

extension SignedNote {
    /// The note with the signature lines that others sent for it, those of known keys only, all checked.
    ///
    /// - Throws: `NoteError.malformedNote`, `.wrongSignature`, `.noKnownSignature`.
    public func adding(
        signatureLines: String, of keys: [VerifierKey]
    ) throws(NoteError) -> SignedNote {
        let sent = try SignedNote(text + "\n" + signatureLines)
        let known = sent.signatures.filter { signature in
            keys.contains { $0.name == signature.name && $0.id == signature.id }
        }
        _ = try SignedNote(text: text, signatures: known).verify(keys)
        return adding(known)
    }
}
