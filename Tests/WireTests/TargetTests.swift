import NIOCore
import Testing

@testable import Wire

struct TargetTests {
    private func path(_ text: String) -> Result<[String], TargetProblem> {
        Result { () throws(TargetProblem) in
            let path = try NormalisedPath(ByteBuffer(string: text))
            return (0..<path.count).compactMap { path.segment($0) }
        }
    }

    private func query(_ text: String) -> Result<[String], TargetProblem> {
        Result { () throws(TargetProblem) in
            let query = try Query(ByteBuffer(string: text))
            return (0..<query.count).compactMap { query.pair($0) }.map { "\($0.key)>\($0.value)" }
        }
    }

    @Test func takesPathsApart() {
        #expect(path("/") == .success([]))
        #expect(path("/a") == .success(["a"]))
        #expect(path("/a/") == .success(["a"]))
        #expect(path("/api/maxine/x-1_2.3~") == .success(["api", "maxine", "x-1_2.3~"]))
        #expect(path("/a%41%2d/b%20c/%C") == .failure(.badEscape))
        #expect(path("/a%41%2D/b%20c") == .success(["aA-", "b c"]))
        #expect(path("/a:b@c!$&'()*+,=") == .success(["a:b@c!$&'()*+,="]))
    }

    @Test func tellsATrailingSlash() throws {
        #expect(try NormalisedPath(ByteBuffer(string: "/a/")).hasTrailingSlash)
        #expect(try !NormalisedPath(ByteBuffer(string: "/a")).hasTrailingSlash)
    }

    @Test(arguments: [
        ("", TargetProblem.notAbsolute), ("a", .notAbsolute), ("*", .notAbsolute),
        ("//", .emptySegment), ("//a", .emptySegment), ("/a//b", .emptySegment),
        ("/a//", .emptySegment), ("/.", .dotSegment), ("/..", .dotSegment),
        ("/a/../b", .dotSegment), ("/a/./b", .dotSegment), ("/%2e%2E/b", .dotSegment),
        ("/%2e", .dotSegment), ("/.%2e/", .dotSegment), ("/a.", .trailingDot),
        ("/...", .trailingDot), ("/a%20", .outsideSpace), ("/%20a", .outsideSpace),
        ("/a%2fb", .forbiddenEscape), ("/a%2Fb", .forbiddenEscape),
        ("/a%5cb", .forbiddenEscape), ("/a%00", .forbiddenEscape), ("/a%0a", .forbiddenEscape),
        ("/a%7f", .forbiddenEscape), ("/a%252e", .forbiddenEscape),
        ("/a%c3%a9", .forbiddenEscape), ("/a%3bb", .forbiddenEscape), ("/%c0%ae", .forbiddenEscape),
        ("/a;b", .forbiddenByte), ("/a\\b", .forbiddenByte), ("/é", .forbiddenByte),
        ("/a\u{0}", .forbiddenByte), ("/a%", .badEscape), ("/a%2", .badEscape),
        ("/a%zz", .badEscape), ("/%", .badEscape),
        ("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17", .tooManySegments),
    ])
    func refusesPathsThatAreNotCanonical(_ text: String, _ problem: TargetProblem) {
        #expect(path(text) == .failure(problem))
    }

    @Test func takesQueriesApart() {
        #expect(query("") == .success([]))
        #expect(query("a=b") == .success(["a>b"]))
        #expect(query("a") == .success(["a>"]))
        #expect(query("a=b=c&d=") == .success(["a>b=c", "d>"]))
        #expect(query("a+b=c%20d%2B") == .success(["a b>c d+"]))
        #expect(query("k=%C3%A9") == .success(["k>é"]))
    }

    @Test(arguments: [
        ("a=b&a=c", TargetProblem.duplicateKey), ("a=b&%61=c", .duplicateKey), ("=b", .emptyKey),
        ("a&&b", .emptyKey), ("&a", .emptyKey), ("a&", .emptyKey), ("a=%", .badEscape),
        ("a=%0", .badEscape), ("%gg=1", .badEscape), ("a=%00", .badEscape), ("a=%ff", .notUTF8),
        ("%c0%ae=1", .notUTF8),
        ("a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q", .tooManyPairs),
    ])
    func refusesQueriesThatAreNotClear(_ text: String, _ problem: TargetProblem) {
        #expect(query(text) == .failure(problem))
    }

    @Test func findsValuesByKey() throws {
        let found = try Query(ByteBuffer(string: "tag=x&index=7"))
        #expect(found.value(of: "index") == "7")
        #expect(found.value(of: "tag") == "x")
        #expect(found.value(of: "ta") == nil)
        #expect(Query().value(of: "a") == nil)
    }

    @Test func writesDatesAsHTTPWantsThem() {
        let date = HTTPDate()
        for (seconds, text) in [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
            (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
        ] {
            date.format(seconds)
            #expect(String(decoding: date.text, as: UTF8.self) == text)
        }
    }
}
