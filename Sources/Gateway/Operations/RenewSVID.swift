internal import Audit
internal import PKI
internal import Policy
internal import StrictJSON
internal import Time

/// Issues an identity anew to whoever shows a certificate of it that is still good, and to nobody else.
struct RenewSVID: SigningOperation {
    typealias Success = IssuedSVID

    let wanted: IssueSVID
    /// The certificate of the connection; nil where it has none.
    let shown: VerifiedPeer?

    static var action: Action { .identityRenew }
    static var isChange: Bool { true }
    var resource: Resource { wanted.resource }

    /// As for an issue, and which certificate it takes the place of.
    func intentDetail(_ people: RecordedPeople) -> [UInt8]? {
        var writer = JSONWriter()
        writer.raw("{\"renews\":")
        if let shown { writer.string(shown.serial) } else { writer.raw("null") }
        writer.raw(",")
        return writer.bytes + (wanted.intentDetail(people) ?? []).dropFirst()
    }

    func report(of issued: IssuedSVID) -> OutcomeReport { wanted.report(of: issued) }

    func cleared(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) throws(PKIError) -> Cleared<ClearedLeaf> {
        try services.authority.clearRenewal(
            wanted.csr, over: shown, ttlSeconds: wanted.ttlSeconds,
            ttlSecondsDefault: services.svidTTLSeconds, permit: permit, receipt: receipt,
            nowNanoseconds: services.clocks.wall())
    }
}
