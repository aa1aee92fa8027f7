import Testing

@testable import Auth

/// Where a sign-on may lead to.
struct LocalTargetTests {
    @Test(arguments: [
        "/", "/services", "/a/b?x=1&y=%20z", "/a%20b", "/a/", "/?next=https://evil.example",
        "/.well-known/x", "/a..b",
    ])
    func aPathOfOurs(_ text: String) {
        #expect(LocalTarget(text).path == text)
    }

    @Test(arguments: [
        "", "a", "//evil.example", "/\\evil.example", "\\/evil.example", "/%5cevil.example",
        "/%5Cevil.example", "https:evil.example", "https://evil.example", "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x", "/a\r\nSet-Cookie: x", "/a?b=%0D%0A", "user@evil.example",
        "//user@evil.example", "/%2f/evil.example", "/%2Fevil.example", "/.//evil.example",
        "/../evil", "/a/../../b", "/%2e%2e/b", "/a//b", "/a#b", "/a b", "/\u{e9}", "/%", "/%zz",
        "/%2",
        "/%00", "/a<script>", "/a\"b", "/%40evil.example", "/" + String(repeating: "a", count: 512),
    ])
    func anythingElseIsTheDefaultPage(_ text: String) {
        #expect(LocalTarget(text).path == "/")
    }

    @Test func noneIsTheDefaultPage() { #expect(LocalTarget.standard.path == "/") }
}
