internal import Audit
internal import Registry

extension Readiness {
    /// What everything rests on: the log, the catalogue's store and the policy.
    convenience init(
        of state: OpenedState, _ policies: PolicyHolder, _ signer: CheckpointSigner
    ) {
        self.init()
        addNote { signer.note }
        addNote { policies.standing.fault?.line }
        add {
            switch state.journal.state {
            case .open: nil
            case .refusing(let reason): "audit log: \(reason)"
            case .closed: "audit log: closed"
            }
        }
        add {
            switch state.registry.storeState {
            case .healthy: nil
            case .failing(let reason): "catalogue store: \(reason)"
            }
        }
    }
}
