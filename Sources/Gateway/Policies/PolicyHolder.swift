internal import Audit
internal import NIOConcurrencyHelpers
internal import Policy

/// A policy with what is made once for it: its record member and its number in this process.
final class ActivePolicy: Sendable {
    let policy: CompiledPolicy
    let fragment: PolicyFragment
    let epoch: Int

    init(policy: CompiledPolicy, epoch: Int) {
        self.policy = policy
        self.epoch = epoch
        fragment = PolicyFragment(digest: policy.digest)
    }
}

/// The policy in force; readers take the whole snapshot, a reload swaps it.
final class PolicyHolder: Sendable {
    private let box: NIOLockedValueBox<ActivePolicy>

    init(_ policy: CompiledPolicy) {
        box = NIOLockedValueBox(ActivePolicy(policy: policy, epoch: 1))
    }

    var current: ActivePolicy { box.withLockedValue { $0 } }

    func activate(_ policy: CompiledPolicy) {
        box.withLockedValue { $0 = ActivePolicy(policy: policy, epoch: $0.epoch + 1) }
    }
}
