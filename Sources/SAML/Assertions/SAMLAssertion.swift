/// What a verified assertion says, read from what was verified (SAML Core section 2).
public struct SAMLAssertion: Sendable, Equatable {
    /// Its ID, good for one use.
    public let id: String
    /// Who made it.
    public let issuer: String
    /// Whom it is about.
    public let nameID: NameID
    /// How its bearer is known, each.
    let confirmations: [Confirmation]
    /// When it begins to be good, seconds since the Unix epoch.
    let notBefore: Int64?
    /// When it ends to be good.
    let notOnOrAfter: Int64?
    /// For whom it is, each restriction with its audiences; all of them must hold.
    let audiences: [[String]]
    /// The sign-ons that it tells of.
    let statements: [Statement]
    /// Its attributes.
    public let attributes: [Attribute]

    /// Somebody as the provider calls them (section 2.2.3).
    public struct NameID: Sendable, Equatable {
        /// The name.
        public let value: String
        /// What sort of name it is.
        public let format: String?
        /// Within what the name is one, if that is said.
        public let nameQualifier: String?
        /// For whom it is one, if that is said.
        public let spNameQualifier: String?
    }

    struct Confirmation: Sendable, Equatable {
        let method: String
        let recipient: String?
        let inResponseTo: String?
        let notBefore: Int64?
        let notOnOrAfter: Int64?
    }

    struct Statement: Sendable, Equatable {
        let sessionIndex: String?
        let sessionNotOnOrAfter: Int64?
        let instant: Int64
        let context: String?
    }

    /// An attribute (section 2.7.3.1).
    public struct Attribute: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// What sort of name that is.
        public let nameFormat: String?
        /// A name for people.
        public let friendlyName: String?
        /// Its values.
        public let values: [String]
    }

    /// The provider's own session.
    public var sessionIndex: String? { statements.lazy.compactMap(\.sessionIndex).first }

    /// When the provider's session ends at the latest, seconds since the Unix epoch.
    public var sessionEnd: Int64? { statements.compactMap(\.sessionNotOnOrAfter).min() }
}
