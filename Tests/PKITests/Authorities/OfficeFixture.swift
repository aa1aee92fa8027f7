@testable import Audit
import Foundation
@testable import PKI
@testable import Policy
import Support

/// A trust domain in a scratch folder, its clock and short words for the tests.
struct OfficeFixture {
    static let start: Int64 = 1_795_435_200_000_000_000
    static let second: Int64 = 1_000_000_000
    let scratch: ScratchFolder
    let configuration: TrustDomainConfiguration
    let store: TrustDomainStore

    init(_ change: (inout TrustDomainConfiguration) -> Void = { _ in }) throws {
        scratch = try ScratchFolder()
        var configuration = TrustDomainConfiguration(
            directory: scratch.path + "/pki", trustDomain: "maxine.test", datacenter: "dc1",
            certsDirectory: scratch.path + "/certs")
        change(&configuration)
        self.configuration = configuration
        store = try TrustDomainStore.openOrCreate(configuration, nowNanoseconds: Self.start)
    }

    var office: AuthorityOffice { store.office }

    func reopened(at seconds: Int64 = 0) throws -> TrustDomainStore {
        try TrustDomainStore.openOrCreate(configuration, nowNanoseconds: Self.at(seconds))
    }

    static func at(_ seconds: Int64) -> Int64 { start + seconds * second }

    func active(_ kind: AuthorityKind) -> String { office.ledger.active(kind)?.keyID ?? "none" }

    func issue(
        _ service: String = "web", ttl: Int = 3600, at seconds: Int64 = 0,
        from store: TrustDomainStore? = nil
    ) throws -> IssuedSVID {
        let request = try ParsedCSR(TestRequest.der(service: service))
        let operation = Policy.Operation(
            action: .identityIssue, resource: Resource(service: service))
        return try (store ?? self.store).authority.issue(
            request, as: request.spiffeID, ttlSeconds: ttl,
            permit: Permit(decisionID: 7, operation: operation, gate: .acl, rule: nil),
            receipt: TestReceipt.make(decisionID: 7), nowNanoseconds: Self.at(seconds))
    }

    func token(
        at seconds: Int64 = 0, audience: [String] = ["api"], ttl: Int = 300
    ) throws -> IssuedJWTSVID {
        try store.tokens.sign(
            SPIFFEID(parsing: "spiffe://maxine.test/ns/default/dc/dc1/svc/web"),
            audience: audience, ttlSeconds: ttl, nowNanoseconds: Self.at(seconds))
    }

    /// The refusal's code, or "accepted", as a verifier on the store's trust sees a chain now.
    func verdict(
        _ svid: IssuedSVID, at seconds: Int64 = 0, trust: TrustStore? = nil
    ) -> String {
        switch SVIDVerifier(trust: trust ?? store.trust).verify(
            UnverifiedChain(derCertificates: svid.chainDER), nowNanoseconds: Self.at(seconds))
        {
        case .success: "accepted"
        case .failure(let refusal): refusal.code
        }
    }

    func code(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "done"
        } catch {
            return (error as? PKIError)?.code ?? "\(error)"
        }
    }
}
