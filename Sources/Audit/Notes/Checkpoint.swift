/// A log's size and root as its key signs them (C2SP tlog-checkpoint).
public struct Checkpoint: Hashable, Sendable {
    /// The log's name.
    public let origin: String
    /// The number of records.
    public let size: UInt64
    /// The tree's root over them.
    public let root: TreeHash

    /// Makes a checkpoint.
    public init(origin: String, size: UInt64, root: TreeHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// Reads the text of a note; further lines of it mean nothing here.
    ///
    /// - Throws: `NoteError.malformedText`.
    public init(text: String) throws(NoteError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.last == "", !lines[0].isEmpty,
            !lines.dropLast().contains(""), let size = Self.decimal(lines[1]),
            let root = TreeHash(base64: String(lines[2]))
        else { throw .malformedText }
        self.init(origin: String(lines[0]), size: size, root: root)
    }

    /// The text that is signed.
    public var text: String { "\(origin)\n\(size)\n\(root.base64)\n" }

    private static func decimal(_ text: Substring) -> UInt64? {
        guard let value = UInt64(text), String(value) == text else { return nil }
        return value
    }
}

/// A checkpoint with its note.
public struct SignedCheckpoint: Hashable, Sendable {
    /// What the note says.
    public let checkpoint: Checkpoint
    /// The note.
    public let note: SignedNote

    /// Reads a checkpoint's note; its signatures are not checked.
    ///
    /// - Throws: `NoteError`.
    public init(note: SignedNote) throws(NoteError) {
        checkpoint = try Checkpoint(text: note.text)
        self.note = note
    }

    /// Reads a checkpoint's note; its signatures are not checked.
    ///
    /// - Throws: `NoteError`.
    public init(_ text: String) throws(NoteError) {
        try self.init(note: try SignedNote(text))
    }

    /// Signs a checkpoint.
    init(_ checkpoint: Checkpoint, by signers: [LogSigner]) throws(NoteError) {
        var signatures: [SignedNote.Signature] = []
        for signer in signers { signatures += try signer.sign(checkpoint.text).signatures }
        self.checkpoint = checkpoint
        note = SignedNote(text: checkpoint.text, signatures: signatures)
    }
}
