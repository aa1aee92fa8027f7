import Support
import Testing

@testable import Auth

/// A sign-on from its beginning to its callback, without any network.
struct LoginTests {
    private let fixture = OpenIDFixture()
    private static let minute: Int64 = 60_000_000_000

    /// RFC 7636 appendix B.
    @Test func theChallengeIsTheVerifiersHash() {
        #expect(
            ProofKey(verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").challenge
                == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        #expect(ProofKey().verifier.utf8.count == 43)
        #expect(ProofKey().verifier != ProofKey().verifier)
    }

    @Test func theRequestNamesAllThatTheCallbackIsHeldAgainst() throws {
        let settings = try OpenIDFixture.settings {
            $0.clientID = "a&b=c"
            $0.maxAgeSeconds = 60
        }
        let base = try #require(KeyAddress(OpenIDFixture.issuer, allowsLoopbackHTTP: false))
        let metadata = try ProviderMetadata(
            Array(
                #"{"issuer":"https://idp.example","authorization_endpoint":"https://idp.example/a?x=1","token_endpoint":"https://idp.example/t","jwks_uri":"https://idp.example/k","code_challenge_methods_supported":["S256"]}"#
                    .utf8), of: settings, at: base)
        let ticket = fixture.ticket
        let address = AuthorizationRequest(
            ticket, to: settings, metadata, callback: "https://maxine.example/cb"
        ).address
        #expect(
            address
                == "https://idp.example/a?x=1&response_type=code&client_id=a%26b%3Dc"
                + "&redirect_uri=https%3A%2F%2Fmaxine.example%2Fcb"
                + "&scope=openid%20profile%20email&state=\(ticket.state)"
                + "&code_challenge=\(ticket.proofKey.challenge)&code_challenge_method=S256"
                + "&nonce=\(ticket.nonce)&max_age=60")
        #expect(!address.contains(ticket.proofKey.verifier))
    }

    @Test func whatIsSealedComesBackAndNothingElse() throws {
        let seal = LoginSeal(elapsedNanoseconds: 0)
        let ticket = fixture.ticket
        let name = LoginName(state: ticket.state).text
        let text = try #require(seal.seal(ticket, elapsedNanoseconds: 0))
        #expect(!text.contains(ticket.state) && !text.contains(ticket.proofKey.verifier))
        let bytes = Array(text.utf8)
        #expect(seal.open(bytes, named: name, elapsedNanoseconds: 1) == ticket)
        #expect(seal.open(bytes, named: "other", elapsedNanoseconds: 1) == nil)
        #expect(seal.open(Array(bytes.dropLast()), named: name, elapsedNanoseconds: 1) == nil)
        #expect(seal.open([], named: name, elapsedNanoseconds: 1) == nil)
        var changed = bytes
        changed[30] = changed[30] == 0x41 ? 0x42 : 0x41
        #expect(seal.open(changed, named: name, elapsedNanoseconds: 1) == nil)
        let elsewhere = LoginSeal(elapsedNanoseconds: 0)
        #expect(elsewhere.open(bytes, named: name, elapsedNanoseconds: 1) == nil)
    }

    @Test func aKeyThatWasReplacedOpensForAWhile() throws {
        let seal = LoginSeal(elapsedNanoseconds: 0)
        let late = 59 * Self.minute
        let ticket = LoginTicket(provider: "idp", target: .standard, elapsedNanoseconds: late)
        let name = LoginName(state: ticket.state).text
        let bytes = Array(try #require(seal.seal(ticket, elapsedNanoseconds: late)).utf8)
        #expect(seal.open(bytes, named: name, elapsedNanoseconds: 65 * Self.minute) == ticket)
        #expect(seal.open(bytes, named: name, elapsedNanoseconds: 126 * Self.minute) == nil)
    }

    private func outcome(
        _ answer: CallbackAnswer, _ ticket: LoginTicket?, after nanoseconds: Int64 = 1,
        namesItself: Bool = false, _ change: (inout OpenIDSettings) -> Void = { _ in }
    ) throws -> String {
        let settings = try OpenIDFixture.settings(change)
        let base = try #require(KeyAddress(OpenIDFixture.issuer, allowsLoopbackHTTP: false))
        let names = namesItself ? "true" : "false"
        let metadata = try ProviderMetadata(
            Array(
                #"{"issuer":"https://idp.example","authorization_endpoint":"https://idp.example/a","token_endpoint":"https://idp.example/t","jwks_uri":"https://idp.example/k","code_challenge_methods_supported":["S256"],"authorization_response_iss_parameter_supported":\#(names)}"#
                    .utf8), of: settings, at: base)
        do {
            _ = try answer.check(ticket, of: settings, elapsedNanoseconds: nanoseconds)
            return try answer.code(from: settings, metadata)
        } catch let refusal as CallbackRefusal {
            return refusal.code
        } catch CallbackFault.callback(let refusal) {
            return refusal.code
        } catch CallbackFault.person(let refusal) {
            return refusal.code + " " + refusal.reason
        }
    }

    private func answer(
        code: String? = "c", state: String?? = nil, issuer: String? = nil, error: String? = nil
    ) -> CallbackAnswer {
        CallbackAnswer(
            code: code, state: state ?? fixture.ticket.state, issuer: issuer, error: error)
    }

    @Test func aCallbackIsHeldAgainstTheSignOnOfThisBrowser() throws {
        let ticket = fixture.ticket
        #expect(try outcome(answer(), ticket) == "c")
        #expect(try outcome(answer(state: .some(nil)), ticket) == "oidc_state_missing")
        #expect(try outcome(answer(state: ""), ticket) == "oidc_state_missing")
        #expect(try outcome(answer(), nil) == "oidc_state_foreign")
        #expect(try outcome(answer(state: "other"), ticket) == "oidc_state_foreign")
        #expect(try outcome(answer(), ticket, after: 10 * Self.minute) == "oidc_state_over")
        #expect(try outcome(answer(), ticket, after: -1) == "oidc_state_over")
        #expect(try outcome(answer(), ticket) { $0.name = "other" } == "oidc_issuer_other")
        for code in ["", String(repeating: "a", count: 8193)] {
            #expect(try outcome(answer(code: code), ticket) == "oidc_callback_malformed")
        }
        #expect(try outcome(answer(code: nil), ticket) == "oidc_callback_malformed")
        #expect(
            try outcome(answer(error: "access_denied"), ticket) == "oidc_callback_malformed")
    }

    /// RFC 9207 section 2.4.
    @Test func anAnswerOfAnotherProviderIsNone() throws {
        let ticket = fixture.ticket
        let (own, other) = (OpenIDFixture.issuer, "https://evil.example")
        #expect(try outcome(answer(issuer: own), ticket) == "c")
        #expect(try outcome(answer(issuer: own), ticket, namesItself: true) == "c")
        #expect(try outcome(answer(issuer: other), ticket) == "oidc_issuer_other")
        #expect(try outcome(answer(issuer: own + "/"), ticket) == "oidc_issuer_other")
        #expect(try outcome(answer(), ticket, namesItself: true) == "oidc_issuer_missing")
        #expect(
            try outcome(answer(code: nil, error: "access_denied"), ticket, namesItself: true)
                == "oidc_issuer_missing")
    }

    @Test func nothingOfWhatAProviderWritesIsPassedOn() throws {
        let ticket = fixture.ticket
        #expect(
            try outcome(answer(code: nil, error: "access_denied"), ticket)
                == "oidc_error the provider answered access_denied")
        #expect(
            try outcome(answer(code: nil, error: "<script>alert(1)</script>"), ticket)
                == "oidc_error the provider answered other")
    }

    @Test func aNameIsSpentOnce() {
        let spent = SpentNames(countMax: 2)
        #expect(spent.spend("a", until: 10, elapsedNanoseconds: 0) == .first)
        #expect(spent.spend("a", until: 10, elapsedNanoseconds: 9) == .again)
        #expect(spent.spend("b", until: 20, elapsedNanoseconds: 9) == .first)
        #expect(spent.spend("c", until: 20, elapsedNanoseconds: 9) == .full)
        #expect(spent.spend("c", until: 20, elapsedNanoseconds: 10) == .first)
        #expect(spent.spend("b", until: 20, elapsedNanoseconds: 19) == .again)
        #expect(spent.count == 2)
    }

    @Test func muchIsForgottenInTime() {
        let spent = SpentNames()
        for number in 0..<5_000 as Range<Int64> {
            _ = spent.spend("\(number)", until: number + 10, elapsedNanoseconds: number)
        }
        #expect(spent.count <= 10)
        #expect(spent.spend("4999", until: 9_000, elapsedNanoseconds: 5_000) == .again)
    }
}
