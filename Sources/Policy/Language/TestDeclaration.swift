/// A test that a policy file carries.
struct TestDeclaration: Sendable {
    var name: String
    var location: Location
    var subject: TestSubject
    var operation: Operation
    var context: Context
    var expectation: TestExpectation
}

/// Who asks in a test.
struct TestSubject: Sendable {
    enum Identity: Sendable {
        case service(namespace: String, datacenter: String?, name: String)
        case spiffe(SPIFFEID)
        case user(String)
        case key(String)
        case `operator`(String)
        case anonymous
    }

    var identity: Identity
    var roles: [String] = []
    var groups: [String] = []
    var ldapGroups: [String] = []
    var samlGroups: [String] = []
    var oidcClaims: [OIDCClaim] = []
    var apiKeyScopes: [String] = []
    /// Whose key it is.
    var owner: TestOwner?
}

/// The owner of a key in a test.
final class TestOwner: Sendable {
    let subject: TestSubject

    init(_ subject: TestSubject) {
        self.subject = subject
    }
}

/// What a test expects; what is nil may be anything.
struct TestExpectation: Sendable, Hashable {
    /// A rule's id, or none.
    enum Rule: Sendable, Hashable {
        case none
        case id(String)
    }

    var isAllowed: Bool
    var gate: Gate?
    var rule: Rule?
}

/// Everything that a policy's files declare.
struct PolicyDeclarations: Sendable {
    var names: [String] = []
    var roles: [RoleDeclaration] = []
    var bindings: [BindingDeclaration] = []
    var rules: [RuleDeclaration] = []
    var tests: [TestDeclaration] = []
    /// Role names that tests use, checked once all files are read.
    var testRoles: [Located<String>] = []
    /// Rule ids that tests expect, checked once all files are read.
    var testRules: [Located<String>] = []
}
