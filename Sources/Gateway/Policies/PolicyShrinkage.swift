internal import Policy

/// A policy that has less of something than the one it replaces: it may be meant, or the file may have ended too early.
struct PolicyShrinkage: CustomStringConvertible {
    let description: String

    /// Nil where the new policy has at least as much of everything.
    init?(from old: CompiledPolicy, to new: CompiledPolicy) {
        let counts = [
            ("rules", old.ruleCount, new.ruleCount), ("roles", old.roleCount, new.roleCount),
            ("bindings", old.bindingCount, new.bindingCount),
            ("tests", old.testCount, new.testCount),
        ]
        let less = counts.filter { $0.2 < $0.1 }.map { "\($0.2) \($0.0) instead of \($0.1)" }
        guard !less.isEmpty else { return nil }
        description =
            "the new policy is shorter than the last: \(less.joined(separator: ", "));"
            + " see that no file is missing or ends too early"
    }
}
