internal import PKI
internal import Policy

/// An identity that the agent holds for the workloads of an entry: key and chain, ready to be sent.
struct HeldIdentity: Sendable, Equatable {
    let entry: RegistrationEntry
    /// DER certificates, leaf first.
    let certificates: [[UInt8]]
    /// The same in PEM.
    let chainPEM: String
    /// PKCS#8 DER.
    let key: [UInt8]
    /// PKCS#8 PEM.
    let keyPEM: String
    let expiresNanoseconds: Int64
    let renewNanoseconds: Int64
}

/// Everything that the agent hands out, at one moment.
struct IdentitySnapshot: Sendable {
    /// Grows with every change.
    var version: UInt64 = 0
    /// Whether the gateway has ever told what is to be handed out.
    var isSynced = false
    /// The entries of this agent, in their order.
    var entries: [RegistrationEntry] = []
    /// The identities that are there, by entry number.
    var identities: [String: HeldIdentity] = [:]
    /// The bundles by trust domain, never merged.
    var bundles: [String: TrustBundle] = [:]

    /// Whether any entry asks for the digest of a binary.
    var wantsDigests: Bool {
        entries.contains { $0.selectors.contains { $0.kind == .sha256 } }
    }

    /// The entries that a process with these facts gets, the default identity first.
    func entries(for facts: Set<WorkloadSelector>) -> [RegistrationEntry] {
        entries.filter { $0.admits(facts) }
    }
}
