/// What is revoked, when and why, for those who are told of it; what handshakes ask is ``RevocationSet``.
public struct RevocationNotices: Sendable {
    /// When, and why.
    public struct Notice: Sendable, Equatable {
        /// Seconds since the Unix epoch.
        public let seconds: Int64
        /// Why, if that has a code.
        public let reason: RevocationReason?

        /// Says when, and why.
        public init(seconds: Int64, reason: RevocationReason?) {
            self.seconds = seconds
            self.reason = reason
        }
    }

    /// By serial number; nil as the issuer is any authority of ours.
    public struct Certificate: Sendable, Equatable {
        let serial: String
        let issuerKeyID: String?
        let notice: Notice
    }

    /// An identity's certificates that were issued until each of some seconds.
    struct Cuts: Sendable {
        /// In the order in which they were made.
        var list: [Notice] = []
        var blocksIssuance = false

        /// The first one that a certificate falls under.
        func notice(issuedSeconds: Int64) -> Notice? {
            list.first { issuedSeconds <= $0.seconds } ?? (blocksIssuance ? list.last : nil)
        }
    }

    private(set) var certificates: [Certificate] = []
    private(set) var identities: [IdentityDigest: Cuts] = [:]
    private(set) var authorities: [String: Notice] = [:]

    /// Nothing is revoked.
    public init() {}

    /// Adds the revocation of one certificate.
    public mutating func add(serial: String, issuerKeyID: String?, _ notice: Notice) {
        certificates.append(
            Certificate(serial: serial, issuerKeyID: issuerKeyID, notice: notice))
    }

    /// Adds the revocation of an identity's certificates that were issued until then; of several the last says whether it may have others.
    public mutating func add(identity: String, blocksIssuance: Bool, _ notice: Notice) {
        identities[IdentityDigest(identity), default: Cuts()].list.append(notice)
        identities[IdentityDigest(identity)]?.blocksIssuance = blocksIssuance
    }

    /// Adds the revocation of an authority.
    public mutating func add(authority keyID: String, _ notice: Notice) {
        if authorities[keyID] == nil { authorities[keyID] = notice }
    }
}
