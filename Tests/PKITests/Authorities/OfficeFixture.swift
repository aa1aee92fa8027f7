import Audit
@testable import PKI
import Policy
import ProofSupport
import Support

/// A trust domain in a folder of its own, whose authorities take steps.
struct OfficeFixture {
    static let now: Int64 = 1_795_435_200_000_000_000
    static let day: Int64 = 86_400 * 1_000_000_000
    let scratch: TestFolder
    let house: Gatehouse
    /// How keys are kept.
    var custody = KeyCustody()

    init() throws {
        scratch = try TestFolder()
        house = try Gatehouse()
    }

    var configuration: TrustDomainConfiguration {
        var configuration = TrustDomainConfiguration(
            directory: scratch.path("pki"), trustDomain: "maxine.test", datacenter: "dc1",
            certsDirectory: scratch.path("certs"))
        configuration.custody = custody
        return configuration
    }

    /// Starts on the folder.
    func open(
        after time: Int64 = 0, files: any DurableFiles = PosixFiles()
    ) throws -> TrustDomainStore {
        try TrustDomainStore.openOrCreate(
            configuration, nowNanoseconds: Self.now + time, files: files)
    }

    @discardableResult
    func take(
        _ step: AuthorityStep, in store: TrustDomainStore, after time: Int64 = 0
    ) throws -> AuthorityChange {
        let permit = try house.permit(step.action, step.resource)
        let receipt = try house.receipt(
            Record(kind: .intent, action: step.action.name, decisionID: permit.decisionID))
        return try store.authorities.take(
            step, permit: permit, receipt: receipt, nowNanoseconds: Self.now + time)
    }

    /// The code of the refusal of a step, or "done".
    func code(
        _ step: AuthorityStep, in store: TrustDomainStore, after time: Int64 = 0
    ) -> String {
        do {
            try take(step, in: store, after: time)
            return "done"
        } catch {
            return (error as? PKIError)?.code ?? "\(error)"
        }
    }

    /// A server's identity that the active authority signs.
    func identity(of store: TrustDomainStore, after time: Int64 = 0) throws -> ServerIdentity {
        try store.serverIdentity(nowNanoseconds: Self.now + time)
    }

    /// The code of the refusal of an identity, or "accepted".
    func verdict(
        on identity: ServerIdentity, in store: TrustDomainStore, after time: Int64 = 0
    ) -> String {
        // As the log tells a start what was issued before.
        store.trust.issued?.insert(
            certificateSHA256: identity.issued.certificateSHA256,
            endNanoseconds: identity.issued.endsNanoseconds, issuedSeconds: 0)
        let chain = UnverifiedChain(derCertificates: identity.chainDER)
        switch SVIDVerifier(trust: store.trust).verify(chain, nowNanoseconds: Self.now + time) {
        case .success: return "accepted"
        case .failure(let refusal): return refusal.code
        }
    }
}

extension OfficeFixture {
    /// Has a service get an identity, as the API does.
    @discardableResult
    func issue(from store: TrustDomainStore, after time: Int64 = 0) throws -> IssuedSVID {
        let request = try ParsedCSR(TestRequest.der())
        let permit = try house.permit(.identityIssue, Resource(service: "web"))
        let receipt = try house.receipt(
            Record(
                kind: .intent, action: Action.identityIssue.name, decisionID: permit.decisionID))
        return try store.authority.issue(
            request, as: request.spiffeID, permit: permit, receipt: receipt,
            nowNanoseconds: Self.now + time)
    }

    /// What somebody who trusts only some roots, and knows none of our intermediates, makes of a chain.
    func verdict(on chain: [[UInt8]], trusting bundle: TrustBundle, after time: Int64 = 0) -> String
    {
        let verifier = SVIDVerifier(trust: TrustStore(bundles: [bundle]))
        switch verifier.verify(
            UnverifiedChain(derCertificates: chain), nowNanoseconds: Self.now + time)
        {
        case .success: return "accepted"
        case .failure(let refusal): return refusal.code
        }
    }
}

extension TrustDomainStore {
    /// Our bundle as it is now.
    func bundle() throws -> TrustBundle {
        try TrustBundle(trustDomain: "maxine.test", pem: Array(bundlePEM.utf8))
    }

    /// The states of the roots, oldest first.
    var rootStates: [AuthorityStage] {
        authorities.ledger.authorities.filter { $0.kind == .root }.map(\.stage)
    }

    /// The states of the intermediates, oldest first.
    var states: [AuthorityStage] {
        authorities.ledger.authorities.filter { $0.kind == .intermediate }.map(\.stage)
    }
}
