internal import Atomics

/// All methods in their order, and the epoch that makes what was remembered of them void.
public final class CredentialChain: Sendable {
    private let methods: [any CredentialAuthenticator]
    private let counter = ManagedAtomic<Int>(1)

    /// Makes a chain; a credential that no method recognises is refused.
    public init(_ methods: [any CredentialAuthenticator]) {
        self.methods = methods
    }

    /// The number that remembered answers are good for.
    public var epoch: Int { counter.load(ordering: .acquiring) }

    /// Makes every remembered answer void: a key was revoked, an issuer changed, a session ended.
    public func invalidate() {
        counter.wrappingIncrement(ordering: .releasing)
    }

    /// Judges a credential by the first method that recognises it.
    public func authenticate(
        _ credential: RawCredential, _ circumstances: CredentialCircumstances
    ) -> CredentialAnswer {
        for method in methods where method.recognises(credential) {
            return method.authenticate(credential, circumstances)
        }
        return .refused(
            CredentialRefusal(
                code: "unknown_credential", reason: "no method takes this form of credential"))
    }
}
