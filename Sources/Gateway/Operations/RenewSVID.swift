internal import Audit
internal import PKI
internal import Policy
internal import StrictJSON

/// Issues an identity anew to whoever shows a certificate of it that is still good, and to nobody else.
struct RenewSVID: FastOperation {
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

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        do throws(PKIError) {
            return .success(
                try effects.services.authority.renew(
                    wanted.csr, over: shown, ttlSeconds: wanted.ttlSeconds,
                    ttlSecondsDefault: effects.services.svidTTLSeconds, permit: permit,
                    receipt: receipt, nowNanoseconds: effects.nowNanoseconds))
        } catch {
            return .failure(Problem(error))
        }
    }
}
