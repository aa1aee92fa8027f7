internal import Text

/// An erasure that one operator has proposed and another one has to confirm.
public struct Erasure: Sendable, Equatable {
    /// Its name in paths and records.
    public let id: String
    /// The user's whole name; nil once that can't be told any more.
    public let user: String?
    /// What stands for them in the log, first that of the whole name.
    public let pseudonyms: [String]
    /// Why.
    public let reason: String
    /// Who proposed it.
    public let proposer: ErasureOperator
    /// The record that says so.
    public let sequence: UInt64
    /// When it was proposed, nanoseconds since the Unix epoch.
    public let madeNanoseconds: Int64
    /// Until when it can be confirmed.
    public let endsNanoseconds: Int64

    /// Whether a text may be an erasure's id.
    public static func isID(_ text: String) -> Bool {
        text.utf8.starts(with: prefix.utf8) && (3...28).contains(text.utf8.count)
            && text.utf8.dropFirst(prefix.utf8.count).allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
            }
    }

    /// A new id: 128 random bits.
    static func newID() -> String {
        var random = SystemRandomNumberGenerator()
        return prefix + String(random.next(), radix: 36) + String(random.next(), radix: 36)
    }

    private static let prefix = "e-"
}

/// What a new erasure is to be.
public struct ErasurePlan: Sendable, Equatable {
    /// Its name in paths and records.
    public let id: String
    /// The user's whole name.
    public let user: String
    /// Why.
    public let reason: String

    /// Plans an erasure of a new name.
    public init(user: String, reason: String) {
        id = Erasure.newID()
        self.user = user
        self.reason = reason
    }

    /// Whether the reason says who it is, which it must not: it stays in the log in clear.
    public var namesTheUser: Bool {
        let (whole, own) = (FoldedName(user).text, ErasureOperator.own(user).text)
        let text = FoldedName(reason).text
        if text.contains(whole) || (own.count >= 4 && text.contains(own)) { return true }
        return text.split { !$0.isLetter && !$0.isNumber }.contains { $0 == own }
    }
}

/// Why an erasure was not proposed or confirmed although policy allows it.
public enum ErasureRefusal: Error, Equatable, Sendable {
    /// The log speaks of nobody of that name.
    case nobody
    /// There is no such proposal, or its time is over.
    case unknown
    /// Who asks is no operator and no user.
    case notAnOperator
    /// Nobody takes part in what concerns themselves.
    case ownErasure
    /// Who proposed it can't confirm it.
    case sameOperator
    /// One waits already for the same person.
    case proposed(String)
    /// The reason tells who it is.
    case reasonNamesThem
    /// The person's records must be kept as they are.
    case held(String)
    /// As many wait as may.
    case tooMany

    /// One line for people.
    public var reason: String {
        switch self {
        case .nobody: "the log speaks of nobody of that name"
        case .unknown: "there is no such proposal, or its time is over"
        case .notAnOperator:
            "people are erased by people: with an operator's certificate or a session, not with an API key"
        case .ownErasure: "nobody takes part in erasing themselves, nor whoever is called alike"
        case .sameOperator:
            "an erasure is confirmed by another operator than who proposed it, and not by one who is called alike"
        case .proposed(let id): "proposal \(id) waits for a second operator already"
        case .reasonNamesThem:
            "the reason stays in the log in clear, so it must not name the person; name a case or a letter"
        case .held(let reason): reason
        case .tooMany: "\(AuthLimits.erasuresMax) proposals wait already, as many as may"
        }
    }
}

extension ErasureRefusal: CustomStringConvertible {
    /// One line for people.
    public var description: String { reason }
}
