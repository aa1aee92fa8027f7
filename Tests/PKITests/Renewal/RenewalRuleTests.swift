import Audit
@testable import PKI
import Policy
import ProofSupport
import Support
import Testing

/// What stands between a certificate that is shown and the next one, whatever was decided before.
@Suite struct RenewalRuleTests {
    private let fixture: OfficeFixture
    private let store: TrustDomainStore
    private let peer: VerifiedPeer

    init() throws {
        fixture = try OfficeFixture()
        store = try fixture.open()
        peer = try SVIDVerifier(trust: store.trust).verify(
            UnverifiedChain(derCertificates: try fixture.issue(from: store).chainDER),
            nowNanoseconds: OfficeFixture.now
        ).get()
    }

    /// A permit as a service gets it that asks with its certificate.
    private func permit(_ action: Action = .identityRenew) throws -> Permit {
        let policy = try CompiledPolicy.load(
            files: [
                PolicySource(
                    name: "test.yaml",
                    text: """
                        maxine_policy: 1
                        name: renewing
                        bindings:
                          - { role: admin, subjects: [{ spiffe: "spiffe://maxine.test/ns/*/dc/*/svc/*" }] }
                        """)
            ], trustDomain: "maxine.test")
        let service = ServiceIdentity(
            trustDomain: "maxine.test", namespace: "default", datacenter: "dc1", service: "web")
        let subject = policy.subject(
            for: Principal(
                kind: .service, id: peer.spiffeID.description, authentication: .mtls,
                spiffeID: peer.spiffeID, service: service))
        let decision = policy.decide(
            subject, Operation(action: action, resource: Resource(service: "web")),
            Context(nowNanoseconds: 0))
        switch consume decision {
        case .deny(let refusal): throw TestFault(description: "\(refusal)")
        case .allow(let permit): return permit
        }
    }

    /// The code of the refusal, or "done".
    private func renewed(
        over shown: VerifiedPeer?, after time: Int64 = 0, ttl: Int? = nil,
        _ action: Action = .identityRenew
    ) throws -> String {
        let permit = try permit(action)
        let receipt = try fixture.house.receipt(
            Record(kind: .intent, action: action.name, decisionID: permit.decisionID))
        let request = try ParsedCSR(TestRequest.der())
        do throws(PKIError) {
            let cleared = try store.authority.clearRenewal(
                request, over: shown, ttlSeconds: ttl, ttlSecondsDefault: 3_600, permit: permit,
                receipt: receipt, nowNanoseconds: OfficeFixture.now + time)
            _ = try store.authority.issue(cleared, nowNanoseconds: OfficeFixture.now + time)
            return "done"
        } catch {
            return error.code
        }
    }

    @Test func whoShowsAGoodOneGetsTheNext() throws {
        #expect(try renewed(over: peer) == "done")
        #expect(try renewed(over: nil) == "not_issued")
        #expect(try renewed(over: peer, .identityIssue) == "unproven")
    }

    @Test func whatEndedSinceTheRequestRenewsNothing() throws {
        let left = peer.notAfterNanoseconds - OfficeFixture.now
        #expect(try renewed(over: peer, after: left) == "done")
        #expect(try renewed(over: peer, after: left + 1) == "not_issued")
    }

    @Test func whatWasRevokedSinceTheRequestRenewsNothing() throws {
        store.trust.revise {
            $0.certificates.insert(.init(issuerKeyID: peer.issuerKeyID, serial: peer.serial))
        }
        #expect(try renewed(over: peer) == "not_issued")
    }

    /// Of one operator the certificate counts that ends last, in whatever order they are told of.
    @Test(arguments: [[5, 9], [9, 5]])
    func ofAnOperatorTheLastEndCounts(ends: [Int64]) {
        let known = OperatorEnds(trustDomain: "maxine.test")
        for end in ends {
            known.note(
                "spiffe://maxine.test/operator/alice", issuedNanoseconds: 1, endNanoseconds: end)
        }
        #expect(known.all(nowNanoseconds: 0).map(\.endNanoseconds) == [9])
    }

    @Test func anOperatorIsMadeUnderItsOwnPermit() throws {
        let csr = try ParsedCSR(TestRequest.der(uris: ["spiffe://maxine.test/operator/alice"]))
        let request = try OperatorRequest(csr)
        for (resource, code) in [
            (request.resource, "done"), (Resource(namespace: "*", id: "operator/bob"), "unproven"),
            (Resource(service: "web"), "unproven"),
        ] {
            let permit = try fixture.house.permit(.identityIssue, resource)
            let receipt = try fixture.house.receipt(
                Record(kind: .intent, action: "identity.issue", decisionID: permit.decisionID))
            do throws(PKIError) {
                _ = try store.issueOperator(
                    store.clearOperator(request, permit: permit, receipt: receipt),
                    nowNanoseconds: OfficeFixture.now)
                #expect(code == "done")
            } catch {
                #expect(error.code == code)
            }
        }
    }

    @Test func aLifeIsNoLongerThanTheLastOneOrTheDefault() {
        let given = 3_600
        for (usual, most, expected) in [
            (600, 86_400, given), (7_200, 86_400, 7_200), (7_200, 1_800, 1_800),
        ] {
            let life = RenewedLife(of: peer, ttlSecondsDefault: usual, ttlSecondsMax: most)
            #expect(life.most == expected)
            #expect(life.shown == min(given, expected))
        }
    }
}
