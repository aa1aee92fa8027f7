import Crypto
import StrictJSON
import Support
import Testing

@testable import Auth

/// What a token endpoint answers, and how we prove to be its client.
struct TokenAnswerTests {
    private func answer(_ text: String) throws -> TokenAnswer { try TokenAnswer(Array(text.utf8)) }

    @Test func aUsualAnswerIsRead() throws {
        let read = try answer(
            #"{"access_token":"a","token_type":"Bearer","id_token":"i","refresh_token":"r","expires_in":3600,"scope":"openid"}"#
        )
        #expect(read.accessToken == "a" && read.idToken == "i" && read.refreshToken == "r")
        #expect(read.seconds == 3600)
        // As glewlwyd has it.
        let odd = try answer(#"{"access_token":"a","token_type":"bearer","expires_in":"3600"}"#)
        #expect(odd.seconds == 3600 && odd.idToken == nil)
    }

    @Test(arguments: [
        "", "[]", "<html>", #"{"access_token":"a"}"#, #"{"token_type":"Bearer"}"#,
        #"{"access_token":"a","token_type":"mac"}"#, #"{"access_token":1,"token_type":"Bearer"}"#,
        #"{"access_token":"","token_type":"Bearer"}"#,
        #"{"access_token":"a\nb","token_type":"Bearer"}"#,
        #"{"access_token":"a","token_type":"Bearer","expires_in":"soon"}"#,
        #"{"access_token":"a","token_type":"Bearer","expires_in":-1}"#,
        #"{"access_token":"a","token_type":"Bearer","id_token":{}}"#,
        #"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#,
    ])
    func anythingElseIsNone(_ text: String) {
        #expect(throws: ProviderAnswerFault.self) { try answer(text) }
    }

    @Test func whyNotIsOneOfTheKnownWords() {
        func word(_ text: String) -> String? { TokenAnswer.error(Array(text.utf8)) }
        #expect(word(#"{"error":"invalid_grant","error_description":"<b>"}"#) == "invalid_grant")
        #expect(word(#"{"error":"<b>"}"#) == "other")
        #expect(word("{}") == nil && word("nonsense") == nil)
    }

    @Test func anAssertionIsForOneEndpointAndAMinute() throws {
        let key = P256.Signing.PrivateKey()
        let endpoint = try #require(
            KeyAddress("https://idp.example/token", allowsLoopbackHTTP: false))
        let text = try #require(
            ClientAssertion.make(
                clientID: "maxine", for: endpoint, pem: key.pemRepresentation, nowSeconds: 100))
        let token = try UnverifiedToken(Array(text.utf8))
        let claims = try #require(token.claims)
        #expect(claims["iss"]?.string == "maxine" && claims["sub"]?.string == "maxine")
        #expect(claims["aud"]?.string == "https://idp.example/token")
        #expect(claims["iat"]?.integer == 100 && claims["exp"]?.integer == 160)
        #expect(claims["jti"]?.string?.utf8.count == 43)
        #expect(token.keyID == PublishedKey(key.publicKey).keyID)
        let signature = try P256.Signing.ECDSASignature(rawRepresentation: token.signature)
        #expect(key.publicKey.isValidSignature(signature, for: Array(token.signedBytes)))
        #expect(
            ClientAssertion.make(
                clientID: "maxine", for: endpoint, pem: "nonsense", nowSeconds: 0) == nil)
    }
}
