internal import Audit
internal import Policy
internal import StrictJSON

/// What of an issuer's tokens is revoked.
public struct TokenRevocation: Sendable, Equatable {
    /// How far it reaches.
    public enum Reach: Sendable, Equatable {
        /// The token of this name (`jti`).
        case token(String)
        /// All tokens of a user or service, as records name them, that were issued until then.
        case holder(String)
        /// All tokens of the issuer that were issued until then.
        case all
    }

    /// The issuer's name in the configuration.
    public let provider: String
    /// How far it reaches.
    public let reach: Reach

    /// Makes a revocation.
    public init(provider: String, reach: Reach) {
        self.provider = provider
        self.reach = reach
    }

    /// The action of the records that are revocations.
    static let action = "session.revoke"

    /// The revocation as the detail of its record; a person whose tokens it ends is named there sealed.
    ///
    /// - Throws: ``AuthError/store(_:)`` where no key for the person can be kept.
    public func detail(_ persons: PersonVault) throws(AuthError) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"revoked\":{\"provider\":")
        writer.string(provider)
        switch reach {
        case .token(let id):
            writer.raw(",\"token\":")
            writer.string(id)
        case .holder(let id):
            writer.raw(",\"holder\":")
            if (try? SPIFFEID(parsing: id)) != nil {
                writer.string(id)
            } else {
                writer.raw(try persons.sealed(user: id, for: Self.holder).encoded)
            }
        case .all: writer.raw(",\"all\":true")
        }
        writer.raw("}}")
        return writer.bytes
    }

    /// The member that names a person.
    private static let holder = "detail.revoked.holder"

    /// The revocation that a record of the log begins; nil for all other records, and where it is somebody's who was erased.
    init?(_ record: ReplayedRecord, _ persons: PersonVault) {
        guard record.kind == .intent, record.action == TokenRevocation.action,
            let value = record.detail.flatMap({ try? StrictJSON.parse($0) })?["revoked"],
            let provider = value["provider"]?.string
        else { return nil }
        if let id = value["token"]?.string {
            self.init(provider: provider, reach: .token(id))
        } else if let id = value["holder"]?.string {
            self.init(provider: provider, reach: .holder(id))
        } else if let name = SealedText(value["holder"]) {
            guard let id = persons.open(name.sealed, of: name.pseudonym, for: Self.holder) else {
                return nil
            }
            self.init(provider: provider, reach: .holder(id))
        } else {
            self.init(provider: provider, reach: .all)
        }
    }
}
