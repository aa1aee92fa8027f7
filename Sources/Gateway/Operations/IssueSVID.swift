internal import Audit
internal import Auth
internal import PKI
internal import Policy
internal import StrictJSON

/// Issues an X.509-SVID for a signing request whose proof of possession was checked.
struct IssueSVID: SigningOperation {
    typealias Success = IssuedSVID

    let csr: ParsedCSR
    let spiffeID: SPIFFEID
    let identity: ServiceIdentity
    let ttlSeconds: Int?

    static var action: Action { .identityIssue }
    static var isChange: Bool { true }
    var resource: Resource { Resource(service: identity.service, namespace: identity.namespace) }

    func intentDetail(_ people: RecordedPeople) -> [UInt8]? {
        var writer = JSONWriter()
        writer.raw("{\"spiffe_id\":")
        writer.string(spiffeID.description)
        writer.raw(",\"key\":")
        writer.string(csr.publicKeyDigest)
        if let ttlSeconds {
            writer.raw(",\"ttl_seconds\":")
            writer.integer(ttlSeconds)
        }
        writer.raw("}")
        return writer.bytes
    }

    /// Which serial went to whom until when, signed by which authority.
    func report(of issued: IssuedSVID) -> OutcomeReport {
        var report = OutcomeReport(detail: IssuanceRecord(IssuedLeaf(issued)).detail)
        // A certificate that the log does not have is refused.
        report.holdsAnswer = true
        return report
    }

    func cleared(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) throws(PKIError) -> Cleared<ClearedLeaf> {
        try services.authority.clear(
            csr, as: spiffeID, ttlSeconds: ttlSeconds ?? services.svidTTLSeconds, permit: permit,
            receipt: receipt)
    }
}
