internal import Audit
public import PKI
internal import Policy
internal import StrictJSON
internal import Text

/// What the log says of a certificate that was issued: who got it, under which serial number, by which authority, until when.
public struct IssuanceRecord: Sendable, Equatable {
    /// The identity.
    public let spiffeID: String
    /// The serial number, lower-case hexadecimal.
    public let serial: String
    /// The key identifier of the authority that signed it, lower-case hexadecimal; nil in records of earlier versions.
    public let authority: String?
    /// SHA-256 of its DER, lower-case hexadecimal; nil in records of earlier versions.
    public let certificateSHA256: String?
    /// When it was issued, in seconds since the Unix epoch; nil in records of earlier versions, which were written right then.
    public let issuedSeconds: Int64?
    /// When it ends, nanoseconds since the Unix epoch.
    public let endsNanoseconds: Int64

    /// The action of records of certificates that nobody asked for in a request: the registry's own, and what was made while it was not running.
    public static let action = "identity.certificate"
    /// The action of the record from which on the log has the digest of every certificate.
    public static let beginning = "identity.log-begun"

    /// Describes one.
    public init(_ issued: IssuedLeaf) {
        spiffeID = issued.spiffeID.description
        serial = issued.serial
        authority = issued.issuerKeyID
        certificateSHA256 = issued.certificateSHA256
        issuedSeconds = issued.issuedSeconds
        endsNanoseconds = issued.endsNanoseconds
    }

    /// The detail of its record.
    public var detail: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"spiffe_id\":")
        writer.string(spiffeID)
        writer.raw(",\"serial\":")
        writer.string(serial)
        if let authority {
            writer.raw(",\"authority\":")
            writer.string(authority)
        }
        if let certificateSHA256 {
            writer.raw(",\"certificate\":")
            writer.string(certificateSHA256)
        }
        if let issuedSeconds {
            writer.raw(",\"issued\":")
            writer.string(CivilTime(secondsSince1970: issuedSeconds).rfc3339)
        }
        writer.raw(",\"expires\":")
        writer.string(CivilTime.rfc3339(nanoseconds: endsNanoseconds))
        writer.raw("}")
        return writer.bytes
    }

    /// What a record of the log says was issued; nil for all other records.
    init?(_ record: ReplayedRecord) {
        switch (record.kind, record.action) {
        case (.system, Self.action): break
        case (.outcome, Action.identityIssue.name), (.outcome, Action.identityRenew.name):
            guard record.status.map({ $0 < 300 }) == true else { return nil }
        default: return nil
        }
        guard let detail = record.detail, let value = try? StrictJSON.parse(detail),
            let id = value["spiffe_id"]?.string, let serial = value["serial"]?.string,
            let end = value["expires"]?.string.flatMap(CivilTime.nanoseconds(rfc3339:))
        else { return nil }
        spiffeID = id
        self.serial = serial
        authority = value["authority"]?.string
        certificateSHA256 = value["certificate"]?.string
        issuedSeconds = value["issued"]?.string.flatMap(CivilTime.nanoseconds(rfc3339:)).map {
            $0 / 1_000_000_000
        }
        endsNanoseconds = end
    }
}
