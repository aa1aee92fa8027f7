internal import Audit
internal import PKI
public import Policy
internal import StrictJSON

/// Which certificates of ours, or of another trust domain, are good no longer.
public struct CertificateRevocation: Sendable, Equatable {
    /// How far it reaches.
    public enum Reach: Sendable, Equatable {
        /// One certificate: its serial number in lower-case hexadecimal, and its issuer's key identifier; nil for any authority of ours.
        case certificate(serial: String, authority: String?)
        /// All of an identity that were issued until then; whether none may be issued from then on, until it is revoked again without that.
        case identity(SPIFFEID, blocksIssuance: Bool)
        /// All that an authority issued, and itself: its key identifier in lower-case hexadecimal.
        case authority(String)
    }

    /// Its name in records.
    public let id: String
    /// How far it reaches.
    public let reach: Reach
    /// Why.
    public let reason: String

    /// Plans a revocation of a new name.
    public init(_ reach: Reach, reason: String) {
        var random = SystemRandomNumberGenerator()
        id = Self.prefix + String(random.next(), radix: 36) + String(random.next(), radix: 36)
        self.reach = reach
        self.reason = reason
    }

    /// Whether a text may be the name of one in records.
    public static func isID(_ text: String) -> Bool { text.utf8.starts(with: prefix.utf8) }

    private static let prefix = "r-"

    /// The action of the records that are revocations.
    static let action = Action.caRevoke

    /// The revocation as the detail of its record, and as it is stored.
    public var detail: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"revoked\":{\"id\":")
        writer.string(id)
        switch reach {
        case .certificate(let serial, let authority):
            writer.raw(",\"serial\":")
            writer.string(serial)
            if let authority {
                writer.raw(",\"authority\":")
                writer.string(authority)
            }
        case .identity(let id, let blocksIssuance):
            writer.raw(",\"spiffe_id\":")
            writer.string(id.description)
            writer.raw(blocksIssuance ? ",\"issuance\":\"blocked\"" : ",\"issuance\":\"allowed\"")
        case .authority(let keyID):
            writer.raw(",\"authority\":")
            writer.string(keyID)
        }
        writer.raw(",\"why\":")
        writer.string(reason)
        writer.raw("}}")
        return writer.bytes
    }

    /// The revocation that a detail is; nil for all others.
    init?(detail: [UInt8]) {
        guard let value = (try? StrictJSON.parse(detail))?["revoked"],
            let id = value["id"]?.string
        else { return nil }
        if let serial = value["serial"]?.string {
            reach = .certificate(serial: serial, authority: value["authority"]?.string)
        } else if let name = value["spiffe_id"]?.string {
            guard let identity = try? SPIFFEID(parsing: name) else { return nil }
            reach = .identity(
                identity, blocksIssuance: value["issuance"]?.string != "allowed")
        } else if let authority = value["authority"]?.string {
            reach = .authority(authority)
        } else {
            return nil
        }
        self.id = id
        reason = value["why"]?.string ?? ""
    }

    /// The revocation that a record of the log begins; nil for all other records.
    init?(_ record: ReplayedRecord) {
        guard record.kind == .intent, record.action == Self.action.name,
            let detail = record.detail
        else { return nil }
        self.init(detail: detail)
    }
}

/// Why a revocation is not begun although policy allows it.
public enum RevocationRefusal: Error, Equatable, Sendable {
    /// There are as many as there may be.
    case full

    /// One line for people.
    public var reason: String {
        switch self {
        case .full:
            "there are \(PKILimits.revocationsMax) revocations of certificates and identities, as many as"
                + " there may be; revoke the authority that issued them"
        }
    }
}

extension RevocationRefusal: CustomStringConvertible {
    /// One line for people.
    public var description: String { reason }
}
