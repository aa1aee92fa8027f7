import Foundation
@testable import Audit
@testable import PKI
@testable import Policy
import StrictJSON
import Support
import Testing

@Suite("Issuing JWT-SVIDs")
struct JWTSVIDAuthorityTests {
    private let fixture: OfficeFixture

    init() throws {
        fixture = try OfficeFixture()
    }

    private func issue(
        action: Policy.Action = .identityIssue, service: String? = "web",
        id: String = "spiffe://maxine.test/ns/default/dc/dc1/svc/web",
        receiptOf decision: UInt64 = 7
    ) throws -> IssuedJWTSVID {
        let operation = Policy.Operation(action: action, resource: Resource(service: service))
        return try fixture.store.tokens.issue(
            SPIFFEID(parsing: id), audience: ["api"],
            permit: Permit(decisionID: 7, operation: operation, gate: .acl, rule: nil),
            receipt: TestReceipt.make(decisionID: decision), nowNanoseconds: OfficeFixture.at(0))
    }

    @Test func makesTokensWithTheThreeHeadersOnly() throws {
        let parts = try issue().token.split(separator: ".")
        let header = try StrictJSON.parse(try #require(Base64URL.decode(parts[0].utf8)))
        guard case .object(let members) = header else {
            Issue.record("the header is no object")
            return
        }
        #expect(members.map(\.name) == ["alg", "kid", "typ"])
        #expect(header["typ"]?.string == "JWT")
    }

    @Test func refusesAPermitForAnythingElse() {
        for action in Policy.Action.allCases
        where action != .identityIssue && action != .identityRenew {
            #expect(fixture.code { _ = try issue(action: action) } == "unproven")
        }
        #expect(fixture.code { _ = try issue(service: "api") } == "unproven")
        #expect(fixture.code { _ = try issue(service: nil) } == "unproven")
        #expect(fixture.code { _ = try issue(receiptOf: 8) } == "unproven")
        #expect(
            fixture.code { _ = try issue(id: "spiffe://other.test/ns/default/dc/dc1/svc/web") }
                == "not_issued")
        #expect(fixture.code { _ = try issue(id: "spiffe://maxine.test/web") } == "not_issued")
    }

    @Test func keepsLifeAndAudienceWithinTheirBounds() {
        #expect(fixture.code { _ = try fixture.token(ttl: 0) } == "not_issued")
        #expect(fixture.code { _ = try fixture.token(ttl: 3600) } == "done")
        #expect(fixture.code { _ = try fixture.token(ttl: 3601) } == "not_issued")
        #expect(fixture.code { _ = try fixture.token(audience: []) } == "not_issued")
        #expect(fixture.code { _ = try fixture.token(audience: [""]) } == "not_issued")
        let many = (0...PKILimits.audiencesMax).map { "a\($0)" }
        #expect(fixture.code { _ = try fixture.token(audience: many) } == "not_issued")
    }

    @Test func refusesToHandOutWhatItsOwnVerifierRefuses() {
        fixture.store.trust.setRevocations(
            RevocationSet(taintedKeyIDs: [fixture.active(.jwt)]))
        #expect(fixture.code { _ = try issue() } == "signing_failed")
    }
}
