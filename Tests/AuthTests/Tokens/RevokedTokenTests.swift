import Audit
import Auth
import Policy
import ProofSupport
import Support
import Testing

/// The list of revocations by itself: bounded, and no later one makes an earlier one void.
@Suite(.timeLimit(.minutes(10))) struct RevokedTokenTests {
    private static let second: Int64 = 1_000_000_000
    private let tokens = TokenFixture()
    private let gatehouse: Gatehouse

    init() throws { gatehouse = try Gatehouse() }

    /// Whether there was room for it.
    private func revoke(
        _ reach: TokenRevocation.Reach, in list: TokenRevocations,
        at seconds: Int64 = TokenFixture.now
    ) throws -> Bool {
        let permit = try gatehouse.permit(.sessionRevoke, Resource())
        let receipt = try gatehouse.receipt(
            Record(kind: .intent, action: "session.revoke", decisionID: permit.decisionID))
        return try list.revoke(
            TokenRevocation(provider: "idp", reach: reach), permit: permit, receipt: receipt,
            nowNanoseconds: seconds * Self.second
        ).get()
    }

    private func authenticator(_ list: TokenRevocations) throws -> TokenAuthenticator {
        let issuer = TokenIssuer(
            name: "idp", issuer: "https://idp.example", audiences: ["maxine"], keys: .file(""))
        let authenticator = TokenAuthenticator(
            [issuer], naming: ServiceNaming(trustDomain: "maxine.local", datacenter: "dc1"),
            revocations: list)
        try TokenFixture.give(TestTokens.set(tokens.mint.jwk()), to: "idp", of: authenticator)
        return authenticator
    }

    /// The clock was set back: what was revoked once stays so.
    @Test func anEarlierTimeTakesNothingBack() throws {
        for reach in [TokenRevocation.Reach.holder("idp/alice"), .all] {
            let list = TokenRevocations()
            let authenticator = try authenticator(list)
            #expect(try revoke(reach, in: list))
            #expect(authenticator.outcome(tokens.token()) == "token_revoked")
            #expect(try revoke(reach, in: list, at: TokenFixture.now - 86_400))
            #expect(authenticator.outcome(tokens.token()) == "token_revoked")
        }
    }

    @Test func whatWasIssuedAfterwardsIsGoodAndWhatDoesNotSayWhenIsNot() throws {
        let list = TokenRevocations()
        let authenticator = try authenticator(list)
        #expect(try revoke(.holder("idp/alice"), in: list, at: TokenFixture.now - 66))
        #expect(authenticator.outcome(tokens.token()) == "ok", "a second later than may differ")
        #expect(authenticator.outcome(tokens.token(["iat": nil])) == "token_revoked")
        #expect(try revoke(.holder("idp/alice"), in: list, at: TokenFixture.now - 65))
        #expect(authenticator.outcome(tokens.token()) == "token_revoked")
    }

    @Test func theListIsBoundedAndAnIssuerCanBeRevokedAllTheSame() throws {
        let list = TokenRevocations(countMax: 2)
        let authenticator = try authenticator(list)
        #expect(try revoke(.token("t-1"), in: list))
        #expect(try revoke(.holder("idp/bob"), in: list))
        for reach in [TokenRevocation.Reach.token("t-2"), .holder("idp/carol")] {
            #expect(try !revoke(reach, in: list))
        }
        for reach in [TokenRevocation.Reach.token("t-1"), .holder("idp/bob")] {
            #expect(try revoke(reach, in: list), "it is there already")
        }
        #expect(authenticator.outcome(tokens.token(["jti": #""t-2""#])) == "ok")
        #expect(try revoke(.all, in: list))
        #expect(authenticator.outcome(tokens.token(["jti": #""t-2""#])) == "token_revoked")
    }
}
