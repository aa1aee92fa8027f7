internal import Policy

extension CompiledPolicy {
    /// One line where rules may allow less than whoever wrote them meant; `policy check` says of what, which takes a while.
    var namespaceNote: String? {
        guard rulesWithoutNamespace > 0 else { return nil }
        return
            "rules of the policy that leave a namespace out: \(rulesWithoutNamespace); that means"
            + " 'default' and once meant all, and 'maxine policy check' names the requests that are"
            + " decided otherwise now"
    }
}
