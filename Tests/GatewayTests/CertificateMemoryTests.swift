import Auth
import Policy
import Support
import Testing

@testable import Gateway
@testable import PKI

/// Only what follows from a verified certificate is remembered, and only while it would follow again.
@Suite struct CertificateMemoryTests {
    private let ca: TestCA
    private let verifier: SVIDVerifier

    init() throws {
        ca = try TestCA()
        verifier = SVIDVerifier(
            trust: TrustStore(
                bundles: [
                    try TrustBundle(trustDomain: ca.trustDomain, derCertificates: [ca.root.der])
                ]))
    }

    private func peer(_ path: String = "/ns/default/dc/dc1/svc/web") throws -> VerifiedPeer {
        try verifier.verify(
            UnverifiedChain(derCertificates: ca.chain(ca.leaf(path))),
            nowNanoseconds: ca.nowNanoseconds
        ).get()
    }

    private func proof(
        _ id: String, _ kind: Principal.Kind = .service
    ) -> CredentialMemory.Proof {
        CredentialMemory.Proof(
            principal: Principal(kind: kind, id: id, authentication: .mtls),
            validUntilNanoseconds: 1_000, generation: 1, seal: .none)
    }

    @Test func knowsTheSameCertificateOnly() throws {
        let memory = CertificateMemory()
        let (one, other) = (try peer(), try peer())
        memory.keep(proof("web"), LiveOwner.all(of: one), of: one)
        #expect(memory.known(one, 1, 0)?.owners == LiveOwner.all(of: one))
        #expect(memory.known(other, 1, 0) == nil)
        let otherwise = VerifiedPeer(
            spiffeID: one.spiffeID, serial: one.serial,
            notBeforeNanoseconds: one.notBeforeNanoseconds,
            notAfterNanoseconds: one.notAfterNanoseconds - 1,
            authorityKeyIDs: one.authorityKeyIDs, certificateSHA256: one.certificateSHA256)
        #expect(memory.known(otherwise, 1, 0) == nil, "it was verified by another path")
    }

    @Test func aProofEndsWithItsTimeAndItsGeneration() throws {
        let memory = CertificateMemory()
        let one = try peer()
        memory.keep(proof("web"), [], of: one)
        #expect(memory.known(one, 1, 999) != nil)
        #expect(memory.known(one, 1, 1_000) == nil)
        #expect(memory.known(one, 2, 0) == nil)
        let renewed = proof("renewed")
        memory.keep(renewed, [], of: one)
        #expect(memory.known(one, 1, 0)?.proof === renewed)
    }

    @Test(arguments: [Principal.Kind.operator, .user])
    func keepsNobodyWhoseNameMayBeHidden(kind: Principal.Kind) throws {
        let memory = CertificateMemory()
        let one = try peer()
        memory.keep(proof("somebody", kind), [], of: one)
        #expect(memory.known(one, 1, 0) == nil)
    }

    @Test func forgetsTheOldestOfTooMany() throws {
        let memory = CertificateMemory(countMax: 2)
        let peers = try (0..<3).map { try peer("/ns/default/dc/dc1/svc/s\($0)") }
        for (number, peer) in peers.enumerated() { memory.keep(proof("\(number)"), [], of: peer) }
        #expect(peers.map { memory.known($0, 1, 0)?.proof.principal.id } == [nil, "1", "2"])
    }

    @Test func eachPolicyResolvesAProofAnew() throws {
        func active(_ role: String, epoch: Int) throws -> ActivePolicy {
            let text = """
                maxine_policy: 1
                name: \(role)
                roles: { \(role): { actions: [service.discover] } }
                bindings: [{ role: \(role), subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }]
                """
            let policy = try CompiledPolicy.load(
                files: [PolicySource(name: "p.yaml", text: text)], trustDomain: ca.trustDomain)
            return ActivePolicy(policy: policy, epoch: epoch)
        }
        let proof = CredentialMemory.Proof(
            principal: try CertificateAuthenticator(trustDomain: ca.trustDomain)
                .authenticate(try peer()).get(),
            validUntilNanoseconds: 1_000, generation: 1, seal: .none)
        let (before, after) = (try active("old", epoch: 1), try active("new", epoch: 2))
        #expect(proof.subject(under: before) === proof.subject(under: before))
        #expect(proof.subject(under: after) !== proof.subject(under: before))
        #expect(proof.subject(under: before).roles == ["old"])
        #expect(proof.subject(under: after).roles == ["new"])
    }
}
