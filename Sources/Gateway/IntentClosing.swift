internal import Audit
internal import Auth
internal import PKI
internal import Policy
internal import Registry

/// Gives every intent of the log its outcome, so that the counts close: what is known of it, and no more.
struct IntentClosing {
    let registry: Registry
    let redone: RedoneChanges
    let keys: APIKeyRing
    let access: AccessLedger
    let sessions: SessionRing
    let authorities: AuthorityOffice
    let signing: SigningKeyRing
    let logKeys: LogKeyRing
    let erasures: ErasureLedger

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
        if intent.action == Action.auditErase.name,
            intent.resource?.id?.hasPrefix(HoldPlan.prefix) == true
        {
            return ("redone", 200)
        }
        if intent.action == Action.auditErase.name { return erasures.closing(of: intent) }
        if let closing = logKeys.closing(of: intent) { return closing }
        if intent.action.hasPrefix("key.") { return keys.closing(of: intent) }
        if let closing = signing.closing(of: intent) { return closing }
        if intent.action.hasPrefix("ca.") { return authorities.closing(of: intent) }
        if [Action.lockWrite.name, Action.roleAssign.name].contains(intent.action) {
            return access.closing(of: intent)
        }
        if [Action.identityIssue.name, Action.identityRenew.name].contains(intent.action) {
            return ("not done, nobody was given the certificate", 500)
        }
        if intent.action == Action.sessionCreate.name { return sessions.closing(of: intent) }
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
        if registry.holds(intent.resource, registeredBy: intent.sequence) {
            return ("done, the stored catalogue holds it", 200)
        }
        return ("unknown", nil)
    }
}
