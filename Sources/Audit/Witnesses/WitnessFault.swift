import Text

/// Why a witness's answer is not taken.
public enum WitnessFault: Error, Equatable, Sendable {
    /// It was not reached, or did not answer whole and in time.
    case unreachable(String)
    /// It answers with a status that says nothing of the log.
    case status(Int)
    /// It does not know the log (404).
    case unknownLog
    /// It does not know a key that has signed (403).
    case unknownKey
    /// What it says is not of the form, or contradicts itself.
    case malformed
    /// There is no valid signature of its key over this end.
    case unsigned
    /// The time that it signed with is far from ours.
    case clock(seconds: UInt64)
    /// It has seen more records than this log has.
    case beyond(size: UInt64)
    /// It has seen other records than this log has.
    case fork(size: UInt64)

    /// Whether it says that there are two logs of this name and key.
    public var isFork: Bool {
        switch self {
        case .beyond, .fork: true
        case .unreachable, .status, .unknownLog, .unknownKey, .malformed, .unsigned, .clock: false
        }
    }
}

extension WitnessFault: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .unreachable(let why): why
        case .status(let status): "it answers with status \(status)"
        case .unknownLog: "it does not know the log: its operator has to add it"
        case .unknownKey: "it does not know the key of the log: its operator has to add it"
        case .malformed: "its answer is not of the form, or contradicts itself"
        case .unsigned: "its answer has no valid signature of its key over this end of the log"
        case .clock(let seconds): "it signed with a time that is far from ours: \(seconds)"
        case .beyond(let size):
            "it has seen \(size) records, more than this log has: records were lost, or somebody else signs with the log's key"
        case .fork(let size):
            "it has seen other records among the first \(size) than this log has: records were changed, or somebody else signs with the log's key"
        }
    }
}

/// What a witness answered over HTTP.
public struct WitnessReply: Sendable, Equatable {
    /// The status.
    public let status: Int
    /// The body, of a bounded length.
    public let body: [UInt8]

    /// Takes an answer.
    public init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// The size that a conflict names: decimal, and a newline.
    var size: UInt64? {
        body.last == UInt8(ascii: "\n") ? Decimal.parse(body.dropLast()) : nil
    }
}

extension Checkpoint {
    /// The same end with the signature that a witness answered with; signatures of others in it are passed over (C2SP tlog-witness).
    ///
    /// - Throws: ``WitnessFault`` where it is no signature of this witness over this end, or of another time.
    func cosigned(
        by witness: VerifierKey, _ body: [UInt8], nowSeconds: UInt64
    ) throws(WitnessFault) -> Checkpoint {
        guard body.last == UInt8(ascii: "\n") else { throw .malformed }
        let lines = body.dropLast().split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count <= NoteLimits.signaturesMax else { throw .malformed }
        for line in lines {
            guard let signature = SignedNote.signature(line) else { throw .malformed }
            guard witness.name.isExactly(signature.name), witness.id == signature.keyID else {
                continue
            }
            guard let seconds = witness.time(of: signature.bytes, over: note.text) else {
                throw .unsigned
            }
            let apart = seconds > nowSeconds ? seconds - nowSeconds : nowSeconds - seconds
            guard apart <= WitnessLimits.clockSecondsMax else { throw .clock(seconds: seconds) }
            return with(signature, of: NoteSigner(key: witness, seconds: seconds))
        }
        throw .unsigned
    }
}
