internal import Audit
internal import NIOConcurrencyHelpers
internal import Policy

/// A policy with what holds beside it and what is made once for both: its record member and its number in this process.
final class ActivePolicy: Sendable {
    let policy: CompiledPolicy
    /// The roles that users were given one by one, and the locks.
    let overlay: PolicyOverlay
    let fragment: PolicyFragment
    let epoch: Int
    /// Nobody known; resolved once, since anyone can ask as nobody as often as they like.
    private let nobody: Subject

    init(policy: CompiledPolicy, overlay: PolicyOverlay = .none, epoch: Int) {
        self.policy = policy
        self.overlay = overlay
        self.epoch = epoch
        fragment = PolicyFragment(digest: policy.digest)
        nobody = policy.subject(for: .anonymous, under: overlay)
    }

    /// Resolves a principal; may take milliseconds for one that is somebody.
    func subject(for principal: Principal) -> Subject {
        principal == .anonymous ? nobody : policy.subject(for: principal, under: overlay)
    }
}

/// The policy in force; readers take the whole snapshot, a reload swaps it.
final class PolicyHolder: Sendable {
    private let box: NIOLockedValueBox<ActivePolicy>
    private let files: NIOLockedValueBox<PolicyStanding>

    init(_ policy: CompiledPolicy, nowNanoseconds: Int64) {
        box = NIOLockedValueBox(ActivePolicy(policy: policy, epoch: 1))
        files = NIOLockedValueBox(PolicyStanding(sinceNanoseconds: nowNanoseconds))
    }

    var current: ActivePolicy { box.withLockedValue { $0 } }

    /// How the policy files stand to the policy in force.
    var standing: PolicyStanding {
        get { files.withLockedValue { $0 } }
        set { files.withLockedValue { $0 = newValue } }
    }

    func activate(_ policy: CompiledPolicy) {
        box.withLockedValue {
            $0 = ActivePolicy(policy: policy, overlay: $0.overlay, epoch: $0.epoch + 1)
        }
    }

    /// Puts other locks and given roles beside the policy: every standing is made anew at its next request.
    func apply(_ overlay: PolicyOverlay) {
        box.withLockedValue {
            $0 = ActivePolicy(policy: $0.policy, overlay: overlay, epoch: $0.epoch + 1)
        }
    }
}
