import Testing

@testable import Auth

@Suite struct KeyAddressTests {
    @Test(arguments: [
        ("https://idp.example/keys", "idp.example"), ("https://IDP.example", "idp.example"),
        ("https://idp.example:8443/a?b=c", "idp.example"), ("https://[::1]:1/", "::1"),
        ("https://a?b", "a"),
    ])
    func takesHTTPSAddresses(_ text: String, _ host: String) {
        #expect(KeyAddress(text, allowsLoopbackHTTP: false)?.host == host)
    }

    @Test(arguments: [
        "", "idp.example", "ftp://idp.example", "HTTPS://idp.example", "https://", "https:///keys",
        "https://user@idp.example/", "https://idp.example#a", "https://idp.example/a b",
        "https://idp.example\\@evil", "https://idp.example:0/", "https://idp.example:65536/",
        "https://idp.example:/", "https://idp.example:1a/", "https://[::1/", "https://[::1]x/",
        "https://idp.ex\u{e4}mple/", "http://idp.example/", "http://127.0.0.1.evil.example/",
        "http://127.0.0.2/", "https://idp.example/\n",
    ])
    func refusesOthers(_ text: String) {
        #expect(KeyAddress(text, allowsLoopbackHTTP: true) == nil)
    }

    @Test func takesHTTPOnLoopbackWhereItIsWanted() {
        for text in ["http://127.0.0.1:1/", "http://localhost/", "http://[::1]/"] {
            #expect(KeyAddress(text, allowsLoopbackHTTP: true) != nil)
            #expect(KeyAddress(text, allowsLoopbackHTTP: false) == nil)
        }
    }

    @Test(arguments: [
        ("https://a", "https://a/.well-known/openid-configuration"),
        ("https://a/", "https://a/.well-known/openid-configuration"),
        ("https://a/b/", "https://a/b/.well-known/openid-configuration"),
        ("https://a/?b", nil),
    ])
    func metadataStandsBelowTheIssuer(_ issuer: String, _ metadata: String?) {
        let address = KeyAddress(issuer, allowsLoopbackHTTP: false)
        #expect(address?.metadata?.text == metadata)
    }
}
