/// Something that was kept outside the log and says what the log must hold.
public enum Anchor: Hashable, Sendable {
    /// A signed checkpoint, perhaps cosigned by witnesses.
    case checkpoint(SignedCheckpoint)
    /// A receipt of the `Maxine-Audit` header: a record's sequence and leaf hash.
    case receipt(sequence: UInt64, leaf: LeafHash)

    /// The number of records that the log must at least have.
    public var size: UInt64 {
        switch self {
        case .checkpoint(let signed): signed.checkpoint.size
        case .receipt(let sequence, _): sequence
        }
    }

    /// Reads a file of anchors: one signed note, or receipts `<sequence>;<leaf hash>`, one a line.
    ///
    /// - Throws: `NoteError.malformedNote`, `.malformedText`, `.malformedKey` naming a receipt's line.
    public static func list(_ text: String) throws(NoteError) -> [Anchor] {
        if text.contains("\n\n\u{2014} ") { return [.checkpoint(try SignedCheckpoint(text))] }
        var anchors: [Anchor] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let word = line.trimmed
            if word.isEmpty || word.hasPrefix("#") { continue }
            let parts = word.split(separator: ";", omittingEmptySubsequences: false)
            guard parts.count >= 2, let sequence = UInt64(parts[0]), sequence > 0,
                let leaf = TreeHash(base64: String(parts[1]))
            else { throw .malformedReceipt(line: index + 1) }
            anchors.append(.receipt(sequence: sequence, leaf: leaf))
        }
        if anchors.isEmpty { throw .malformedNote }
        return anchors
    }
}

/// What a verification is given besides the log.
public struct VerifyOptions: Sendable {
    /// The keys that may have signed the log's checkpoints, and those of witnesses.
    public var keys: [VerifierKey] = []
    /// What was kept outside.
    public var anchors: [Anchor] = []

    /// Makes options without keys and anchors.
    public init() {}
}

/// One thing that a verification says, or says that it could not check.
public struct Claim: Sendable, Equatable {
    /// What became of it; a claim that fails is a `LogDamage` and no claim.
    public enum State: String, Sendable {
        /// Proved.
        case holds
        /// Not checkable with what was given.
        case notChecked = "not_checked"
    }

    /// The claim's stable name: `records`, `checkpoint`, `signature`, `tail`.
    public var name: String
    /// Whether it was proved.
    public var state: State
    /// What it says, one line.
    public var text: String
}
