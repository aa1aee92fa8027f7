import Audit
import Policy
import ProofSupport
import Support
import Testing

@testable import Auth

/// What gives tokens of ours, by itself: whose permit it is must be whose token is brought.
@Suite(.timeLimit(.minutes(10))) struct TokenMintTests {
    private static let issuer = "https://maxine.example"
    private let fixture = TokenFixture()
    private let gatehouse: Gatehouse
    private let mint: TokenMint

    /// Judges nothing.
    private struct NoSessions: Authenticator {
        var generation: UInt64 { 0 }

        func authenticate(_ credential: Credential, nowNanoseconds: Int64) -> Authentication {
            .notMine
        }
    }

    init() throws {
        gatehouse = try Gatehouse()
        let own = OwnTokens(
            TokenSettings(issuer: Self.issuer),
            keys: try SigningKeyRing(
                directory: gatehouse.folder.path,
                nowNanoseconds: TokenFixture.now * 1_000_000_000))
        let issuer = TokenIssuer(
            name: "idp", issuer: "https://idp.example", audiences: ["maxine"], keys: .file(""))
        let authenticator = TokenAuthenticator(
            [issuer], naming: ServiceNaming(trustDomain: "maxine.local", datacenter: "dc1"),
            own: own)
        try TokenFixture.give(
            TestTokens.set(fixture.mint.jwk()), to: "idp", of: authenticator)
        mint = TokenMint(authenticator, sessions: NoSessions(), own)
    }

    private func exchange(
        _ subject: String, for audience: String? = nil
    ) throws -> Result<ExchangedToken, ExchangeRefusal> {
        let permit = try gatehouse.permit(.identityToken, Resource(id: audience))
        let receipt = try gatehouse.receipt(
            Record(kind: .intent, action: "identity.token", decisionID: permit.decisionID))
        return mint.exchange(
            ExchangePlan(subject: RawToken(Array(subject.utf8)), audience: audience),
            permit: permit, receipt: receipt, nowNanoseconds: TokenFixture.now * 1_000_000_000)
    }

    /// The gatehouse lets `tester` of no provider in, and nobody else.
    @Test func aPermitOfSomebodyElseGivesNothingForAToken() throws {
        switch try exchange(fixture.token()) {
        case .success: Issue.record("alice's token was exchanged under the tester's permit")
        case .failure(let refusal): #expect(refusal.code == "exchange_unproven")
        }
    }
}
