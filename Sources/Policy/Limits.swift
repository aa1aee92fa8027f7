/// Every bound that Policy puts on what it reads.
public enum PolicyLimits {
    /// Bytes in one policy file.
    public static let fileBytesMax = 4 * 1024 * 1024
    /// Files in one policy folder.
    public static let filesMax = 256
    /// Levels of nesting in a policy file.
    public static let depthMax = 32
    /// Entries in one list or mapping of a policy file.
    public static let listCountMax = 20_000
    /// ACL entries and intentions in a policy, together.
    public static let rulesMax = 20_000
    /// Pairs of a rule and a service pattern that a policy compiles to.
    public static let entriesMax = 200_000
    /// Roles in a policy, the built-in ones included.
    public static let rolesMax = 1_024
    /// Subjects bound to roles in a policy.
    public static let bindingsMax = 20_000
    /// Subjects that are shown of those bound to one role.
    public static let shownBindingsMax = 100
    /// Embedded tests in a policy.
    public static let testsMax = 20_000
    /// Bytes in a rule's id, a role's name or a policy's name.
    public static let nameBytesMax = 64
    /// Bytes in a service, namespace or tag pattern.
    public static let patternBytesMax = 255
    /// Bytes in a user, group, key, scope or claim.
    public static let subjectBytesMax = 1_024
    /// Namespaces that a check tries where a rule leaves them out.
    public static let exampleNamespacesMax = 4
    /// Principals that a check makes from one rule.
    public static let exampleSubjectsMax = 4
    /// Service patterns of one rule that a check makes names from.
    public static let exampleTargetsMax = 2
    /// Actions of one rule that a check tries.
    public static let exampleActionsMax = 2
    /// Errors kept for one policy; later ones are counted only.
    public static let errorsMax = 100
    /// Bytes in a SPIFFE ID (SPIFFE-ID section 2.3).
    public static let spiffeIDBytesMax = 2_048
    /// Bytes in a trust domain's name (SPIFFE-ID section 2.3).
    public static let trustDomainBytesMax = 255
}
