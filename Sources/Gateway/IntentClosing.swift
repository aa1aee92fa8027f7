internal import Audit
internal import Auth
internal import PKI
internal import Policy
internal import Registry

/// Gives every intent of the log its outcome, so that the counts close: what is known of it, and no more.
struct IntentClosing {
    let parts: LoggedParts
    let redone: RedoneChanges
    let authorities: AuthorityOffice
    let signing: SigningKeyRing
    let logKeys: LogKeyRing
    /// The intent by which the log's oldest records are gone.
    let pruningRecord: UInt64?

    /// Writes an outcome for each intent that the last run left without one.
    func close(_ intents: [OpenIntent], in journal: Journal, nowNanoseconds: Int64) {
        guard !intents.isEmpty else { return }
        let lane = journal.makeLane()
        for intent in intents {
            let (word, status) = outcome(of: intent)
            lane.appendUnawaited(
                Record(
                    kind: .outcome, action: intent.action, resource: intent.resource,
                    reason: "\(word): the gateway stopped before the outcome was recorded",
                    status: status, intent: intent.sequence))
        }
        _ = lane.commit(nowNanoseconds: nowNanoseconds)
    }

    private func outcome(of intent: OpenIntent) -> (word: String, status: UInt16?) {
        if intent.action == Action.caRevoke.name,
            intent.resource?.id.map(CertificateRevocation.isID) == true
        {
            return ("redone", 200)
        }
        if intent.action == PruneRecord.action {
            return intent.sequence == pruningRecord ? ("done", 200) : ("not done", 500)
        }
        if intent.action == Action.auditErase.name,
            intent.resource?.id?.hasPrefix(HoldPlan.prefix) == true
        {
            return ("redone", 200)
        }
        if intent.action == Action.auditErase.name { return parts.erasures.closing(of: intent) }
        if let closing = logKeys.closing(of: intent) { return closing }
        if intent.action.hasPrefix("key.") { return parts.keys.closing(of: intent) }
        if let closing = signing.closing(of: intent) { return closing }
        if intent.action.hasPrefix("ca.") { return authorities.closing(of: intent) }
        if [Action.lockWrite.name, Action.roleAssign.name].contains(intent.action) {
            return parts.access.closing(of: intent)
        }
        if [Action.identityIssue.name, Action.identityRenew.name].contains(intent.action) {
            return ("not done, nobody was given the certificate", 500)
        }
        if intent.action == Action.sessionCreate.name { return parts.sessions.closing(of: intent) }
        let isRemoval = intent.action == "service.deregister"
        switch redone[intent.sequence] {
        case .created: return ("redone", 201)
        case .updated: return ("redone", 200)
        case .removed: return ("redone", 204)
        case .superseded:
            return ("redone, and superseded by a later change", isRemoval ? 204 : 200)
        case .unknown: return ("redone, and there was no such instance", 404)
        case nil: break
        }
        if intent.action == Action.sessionRevoke.name { return ("redone", 204) }
        if parts.registry.holds(intent.resource, registeredBy: intent.sequence) {
            return ("done, the stored catalogue holds it", 200)
        }
        return ("unknown", nil)
    }
}
