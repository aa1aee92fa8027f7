import Auth
import PKI
import Policy
import Support
import Testing

@Suite("Principals out of verified certificates")
struct CertificateAuthenticatorTests {
    let ca: TestCA
    let other: TestCA
    let verifier: SVIDVerifier

    init() throws {
        ca = try TestCA()
        other = try TestCA(trustDomain: "other.test")
        verifier = SVIDVerifier(
            trust: TrustStore(
                bundles: try [ca, other].map { ca in
                    try TrustBundle(trustDomain: ca.trustDomain, derCertificates: [ca.root.der])
                }))
    }

    private func peer(_ ca: TestCA, _ path: String) throws -> VerifiedPeer {
        try verifier.verify(
            UnverifiedChain(derCertificates: ca.chain(ca.leaf(path))),
            nowNanoseconds: ca.nowNanoseconds
        ).get()
    }

    private func principal(
        _ ca: TestCA, _ path: String, federated: Set<String> = []
    ) throws -> Principal {
        try CertificateAuthenticator(
            trustDomain: "maxine.test", federatedTrustDomains: federated
        ).authenticate(peer(ca, path)).get()
    }

    @Test func namesAServiceByItsTemplate() throws {
        let web = try principal(ca, "/ns/shop/dc/dc2/svc/web")
        #expect(web.kind == .service)
        #expect(web.authentication == .mtls)
        #expect(web.id == "spiffe://maxine.test/ns/shop/dc/dc2/svc/web")
        #expect(web.spiffeID?.description == web.id)
        #expect(
            web.service
                == ServiceIdentity(
                    trustDomain: "maxine.test", namespace: "shop", datacenter: "dc2",
                    service: "web"))
    }

    @Test func knowsAnOperatorByItsPath() throws {
        let alice = try principal(ca, "/operator/alice")
        #expect(alice.kind == .operator)
        #expect(alice.id == "spiffe://maxine.test/operator/alice")
        #expect(alice.service == nil)
    }

    @Test(arguments: [
        "/operator", "/operator/a/b", "/operators/a", "/ns/a/svc/b", "/ns/a/dc/b/svc/c/d", "/web",
    ])
    func givesOtherIDsOfTheDomainNoServiceName(_ path: String) throws {
        let principal = try principal(ca, path)
        #expect(principal.kind == .service)
        #expect(principal.service == nil)
    }

    @Test func refusesAForeignTrustDomainUnlessItIsConfigured() throws {
        let peer = try peer(other, "/ns/default/dc/dc1/svc/web")
        let refused = CertificateAuthenticator(trustDomain: "maxine.test").authenticate(peer)
        #expect(refused == .failure(.foreignTrustDomain("other.test")))
    }

    @Test func neverTakesAFederatedServiceOrOperatorForOurOwn() throws {
        let web = try principal(other, "/ns/default/dc/dc1/svc/web", federated: ["other.test"])
        #expect(web.kind == .service)
        #expect(web.service == nil)
        let mallory = try principal(other, "/operator/mallory", federated: ["other.test"])
        #expect(mallory.kind == .service)
    }
}
