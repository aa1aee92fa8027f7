internal import Audit
internal import Auth
internal import Policy
internal import Registry

/// A call on an instance that was judged over what is there; it keeps who asked, in case that is something else when it acts.
final class JudgedCall: FastCall {
    let call: any FastCall
    let asker: Asker
    /// How often the call was judged.
    let judgements: Int
    /// Held until the call has acted, so that the instance stays what was judged.
    private let claim: InstanceClaim?

    init(_ call: any FastCall, asker: Asker, judgements: Int, claim: InstanceClaim?) {
        self.call = call
        self.asker = asker
        self.judgements = judgements
        self.claim = claim
    }

    var action: Action { call.action }
    var isChange: Bool { call.isChange }
    var resource: Resource { call.resource }
    var instance: InstanceName? { call.instance }
    var takesTurns: Bool { call.takesTurns }
    var isRenewal: Bool { call.isRenewal }

    func intentDetail(_ people: RecordedPeople) throws(AuthError) -> [UInt8]? {
        try call.intentDetail(people)
    }

    func reserve(
        _ claim: InstanceClaim, for principal: PrincipalDigest, in registry: Registry
    ) -> Problem? {
        call.reserve(claim, for: principal, in: registry)
    }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Performed {
        call.perform(permit: permit, receipt: receipt, in: effects)
    }
}
