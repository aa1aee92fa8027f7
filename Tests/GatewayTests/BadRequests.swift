import Support

/// A head of HTTP/1.1 as raw bytes.
struct BadHead {
    let name: String
    let bytes: [UInt8]
    let status: Int
    let says: String
    var closes = true

    private static let host = "host: localhost\r\n"

    private static func get(_ target: String, _ status: Int, _ says: String, closes: Bool = false)
        -> BadHead
    {
        BadHead(
            name: target.prefix(60).description,
            bytes: Array("GET \(target) HTTP/1.1\r\n\(host)\r\n".utf8),
            status: status, says: says, closes: closes)
    }

    private static func head(_ text: String, _ status: Int, _ says: String) -> BadHead {
        BadHead(
            name: text.prefix(80).description, bytes: Array(text.utf8), status: status, says: says)
    }

    private static func fields(_ fields: String, _ status: Int, _ says: String) -> BadHead {
        head("GET /api/maxine/status HTTP/1.1\r\n\(host)\(fields)\r\n\r\n", status, says)
    }

    static let all: [BadHead] =
        lines + targets + [
            fields(
                "content-length: 1\r\ntransfer-encoding: chunked", 400, "both a content length and"),
            fields("transfer-encoding: gzip, chunked", 400, "the transfer encoding is not chunked"),
            fields("transfer-encoding: chunked\r\ntransfer-encoding: chunked", 400, "stands twice"),
            fields("content-length: 1\r\ncontent-length: 1", 400, "stands twice"),
            fields("content-length: +1", 400, "the content length is not one number"),
            fields("content-length: 1, 1", 400, "the content length is not one number"),
            fields(
                "content-length: 99999999999999999999", 400, "the content length is not one number"),
            fields("content-length: 65537", 413, "the request body is too large"),
            fields("host: other", 400, "stands twice"),
            fields("bad name: x", 400, "a header field name is malformed"),
            fields("x-a : b", 400, "a header field name is malformed"),
            fields(": b", 400, "a header field name is malformed"),
            fields("x-a: b\r\n c", 400, "folded"),
            fields("x-a: b\u{01}", 400, "a header field value has a byte"),
            fields("expect: 200-ok", 417, "the expectation cannot be met"),
            fields(
                (0..<65).map { "x-\($0): 1" }.joined(separator: "\r\n"), 431,
                "too many header fields"),
            fields(
                "x-a: " + String(repeating: "a", count: 16_400), 431,
                "the request head is too large"),
            head("GET /api/maxine/status HTTP/1.1\r\n\r\n", 400, "the request names no host"),
            head(
                "GET /api/maxine/status HTTP/1.1\r\nhost: a b\r\n\r\n", 400, "the host is malformed"
            ),
            head(
                "PUT /api/maxine/services/a/instances/b HTTP/1.1\r\n\(host)transfer-encoding: chunked\r\n\r\nzz\r\n",
                400, "the chunked body is malformed"),
            head(
                "PUT /api/maxine/services/a/instances/b HTTP/1.1\r\n\(host)transfer-encoding: chunked\r\n\r\n0\r\nx y\r\n\r\n",
                400, "the trailer fields are malformed"),
            head(
                "PUT /api/maxine/services/a/instances/b HTTP/1.1\r\n\(host)transfer-encoding: chunked\r\n\r\nfffff\r\n",
                413, "the request body is too large"),
        ]

    private static let lines: [BadHead] = [
        head("GET\r\n\r\n", 400, "the request line is malformed"),
        head("\r\nGET / HTTP/1.1\r\n\(host)\r\n", 400, "the request line is malformed"),
        head(
            "GET  /api/maxine/status HTTP/1.1\r\n\(host)\r\n", 400, "the request line is malformed"),
        head("GET /api/maxine/status\r\n\r\n", 400, "the request line is malformed"),
        head("GET /api/maxine/status HTTP/1.0\r\n\(host)\r\n", 505, "only HTTP/1.1 and HTTP/2"),
        head("GET /api/maxine/status HTTP/2.0\r\n\(host)\r\n", 505, "only HTTP/1.1 and HTTP/2"),
        head(
            "GET /api/maxine/status http/1.1\r\n\(host)\r\n", 400, "the request line is malformed"),
        head("GET /api/maxine/status HTTP/1.1\n\(host)\r\n", 400, "a line does not end in CR LF"),
        head(
            "GET /api/maxine/status HTTP/1.1\r\nhost: localhost\n\r\n", 400,
            "a line does not end in CR LF"),
        head(
            "GET /api/maxine/sta\u{7F}tus HTTP/1.1\r\n\(host)\r\n", 400,
            "the request target has a byte"),
        head(
            "GET /api/maxine/status#x HTTP/1.1\r\n\(host)\r\n", 400, "the request target has a byte"
        ),
        head(
            "GET https://elsewhere/api/maxine/status HTTP/1.1\r\n\(host)\r\n", 400,
            "the authority and the host field differ"),
        head(
            "CONNECT localhost:443 HTTP/1.1\r\n\(host)\r\n", 400,
            "the request target is neither a path nor"),
        head(
            "GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\n\(host)\r\n", 414,
            "the request line is too long"),
    ]

    private static let targets: [BadHead] = [
        get("/api//maxine/status", 400, "the path has an empty segment"),
        get("/api/maxine/../maxine/status", 400, "the path has a dot segment"),
        get("/api/maxine/./status", 400, "the path has a dot segment"),
        get("/api/maxine/%2e%2e/status", 400, "the path has a dot segment"),
        get("/api/maxine/services/a%2fb", 400, "a percent escape stands for a byte"),
        get("/api/maxine/services/a%00b", 400, "a percent escape stands for a byte"),
        get("/api/maxine/services/%zz", 400, "a percent sign is not followed"),
        get("/api/maxine/services/a;b", 400, "the path has a byte that is not allowed"),
        get("/api/maxine/services/a%20", 400, "starts or ends with a space"),
        get("/api/maxine/services/-a", 400, "service \\\"-a\\\" is not 1 to 100"),
        get("/api/maxine/services/\(String(repeating: "a", count: 101))", 400, "is not 1 to 100"),
        get("/" + (0..<17).map { "\($0)" }.joined(separator: "/"), 400, "more than 16 segments"),
        get("/api/maxine/services?namespace=a&namespace=b", 400, "a query key stands twice"),
        get("/api/maxine/services?=a", 400, "a query pair has no key"),
        get("/api/maxine/services?namespace=%ff", 400, "the query is not UTF-8"),
        get("/api/maxine/services?namespace=%", 400, "a percent sign is not followed"),
        get("/api/maxine/services?namespace=", 400, "namespace \\\"\\\" is not 1 to 100"),
        get("/api/maxine/services/a?health=fine", 400, "unknown health \\\"fine\\\"; known are"),
        get("/api/maxine/services/a?version=x", 400, "version \\\"x\\\" is not of the form"),
        get(
            "/api/maxine/services?limit=0", 400,
            "limit \\\"0\\\" is not a whole number from 1 to 1000"),
        get("/api/maxine/services?limit=1001", 400, "from 1 to 1000"),
        get("/api/maxine/services/a?limit=many", 400, "from 1 to 1000"),
        get("/api/maxine/services/a?limit=99999999999999999999", 400, "from 1 to 1000"),
        get("/api/maxine/services/a?next=AAAA", 400, "next is no cursor of this list"),
        get("/api/maxine/services?next=", 400, "next is no cursor of this list"),
        get("/api/maxine/discover/a?key=1", 400, "key has no meaning with strategy"),
    ]
}

/// A body that is no registration or no signing request.
struct BadBody {
    var method = "PUT"
    var path = "/api/maxine/services/api/instances/api-1"
    let body: String
    let status: Int
    let says: String

    private static func put(_ body: String, _ status: Int, _ says: String) -> BadBody {
        BadBody(body: body, status: status, says: says)
    }

    private static func with(_ member: String, _ status: Int, _ says: String) -> BadBody {
        put(#"{"address":"10.0.0.7","port":80,\#(member)}"#, status, says)
    }

    private static func sign(_ body: String, _ status: Int, _ says: String) -> BadBody {
        BadBody(
            method: "POST", path: "/api/maxine/identity/x509-svids", body: body, status: status,
            says: says)
    }

    static let all: [BadBody] = [
        put("{", 400, "body: line 1, column 2: expected a member name"),
        put("nul", 400, "body: line 1, column 1: expected \"null\""),
        put("[]", 400, "must be an object, not an array"),
        put("{} {}", 400, "unexpected text after the value"),
        put(#"{"port":80,"port":81}"#, 400, "duplicate member \"port\""),
        put(#"{"port":080}"#, 400, "expected ',' or '}'"),
        put(#"{"port":1.}"#, 400, "expected a digit"),
        put(#"{"address":"\ud800"}"#, 400, "lone surrogate"),
        put(#"{"address":"\x"}"#, 400, "unknown escape"),
        put("{\"address\":\"a\tb\"}", 400, "control character in a string"),
        put(String(repeating: "[", count: 40), 400, "nested deeper than 32 levels"),
        put(#"{"port":80}"#, 400, "$.address: is missing"),
        put(#"{"address":"10.0.0.7"}"#, 400, "$.port: is missing"),
        put(#"{"address":5,"port":80}"#, 400, "$.address: must be a string, not a number"),
        put(
            #"{"address":"10.0.0.7","port":"80"}"#, 400,
            "$.port: must be a whole number, not a string"),
        put(#"{"address":"10.0.0.7","port":0}"#, 422, "0 is not a whole number from 1 to 65535"),
        put(#"{"address":"10.0.0.7","port":8.5e0}"#, 422, "8.5e0 is not a whole number"),
        put(#"{"address":"0.0.0.0","port":80}"#, 422, "is an unspecified address"),
        put(#"{"address":"ff02::1","port":80}"#, 422, "is a multicast address"),
        put(#"{"address":"a+b.c","port":80}"#, 422, "is neither an IP address nor a DNS name"),
        with(#""addres":1"#, 400, #"unknown field "addres", did you mean "address"?"#),
        with(#""weight":65536"#, 422, "$.weight: 65536 is not a whole number from 0 to 65535"),
        with(#""ttlSeconds":86401"#, 422, "86401 is not a whole number from 5 to 86400"),
        with(#""tags":["a","a"]"#, 422, "$.tags[1]: \"a\" is given twice"),
        with(#""tags":[1]"#, 400, "$.tags[0]: must be a string, not a number"),
        with(#""metadata":[]"#, 400, "$.metadata: must be an object, not an array"),
        with(#""namespace":"../x""#, 422, "is not a name"),
        with(#""checks":[{}]"#, 422, "checks are not supported by this version"),
        sign("{}", 400, "$.csr: expected the signing request in PEM, as a string"),
        sign(#"{"csr":"x"}"#, 422, "certificate signing request: "),
        sign(#"{"csr":"","extra":1}"#, 400, "$.extra: unknown member; known are csr, ttlSeconds"),
        sign(
            #"{"csr":"-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n"}"#,
            422, "certificate signing request: "),
    ]
}

/// Bytes of HTTP/2 behind the preface.
struct BadFrames {
    enum End {
        /// A DATA frame that holds the text.
        case answer(String)
        /// A reset of stream 1.
        case reset
        /// The end of the connection with this error code.
        case goAway(UInt32)
        /// The end of the connection, and a record that says why; the last frames may be lost with it.
        case flood
    }

    let name: String
    let bytes: [UInt8]
    let end: End

    private typealias F = HTTP2Frames

    private static func row(_ name: String, _ bytes: [UInt8], _ end: End) -> BadFrames {
        BadFrames(name: name, bytes: F.preface + bytes, end: end)
    }

    static let all: [BadFrames] = [
        BadFrames(
            name: "another preface", bytes: Array("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".utf8),
            end: .goAway(1)),
        row("data on stream 0", F.frame(0, stream: 0, [1]), .goAway(1)),
        row("settings on a stream", F.frame(4, stream: 1), .goAway(1)),
        row("settings of 5 bytes", F.frame(4, [0, 1, 0, 0, 0]), .goAway(6)),
        row("ping of 7 bytes", F.frame(6, [1, 2, 3, 4, 5, 6, 7]), .goAway(6)),
        row("continuation without headers", F.frame(9, flags: 4, stream: 1, [0]), .goAway(1)),
        row("headers on an even stream", F.request(stream: 2), .goAway(1)),
        row(
            "broken header compression",
            F.frame(1, flags: 5, stream: 1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), .goAway(9)),
        row("a window of more than 2^31", F.frame(8, [0x7F, 0xFF, 0xFF, 0xFF]), .goAway(3)),
        row(
            "3,000 pings",
            Array((0..<3_000).map { _ in F.frame(6, [0, 0, 0, 0, 0, 0, 0, 0]) }.joined()),
            .flood),
        row("3,000 settings", Array((0..<3_000).map { _ in F.frame(4) }.joined()), .flood),
        row("unknown path", F.request("/no"), .answer(#""status":404"#)),
        row("dot segment", F.request("/api/../x"), .answer("the path has a dot segment")),
        row("asterisk path", F.request("*"), .reset),
        row("a space in the path", F.request("/a b"), .reset),
        row(
            "no authority", F.request(more: [], without: ":authority"),
            .reset),
        row(
            "host that differs", F.request(more: [("host", "other")]),
            .answer("the authority and the host field differ")),
        row(
            "65 fields", F.request(more: (0..<65).map { ("x-\($0)", "1") }),
            .answer("too many header fields")),
        row("a field of capital letters", F.request(more: [("X-A", "1")]), .reset),
        row("a connection field", F.request(more: [("connection", "close")]), .reset),
        row("no method", F.request(without: ":method"), .reset),
        row(
            "a body over the limit",
            F.request(
                "/api/maxine/services/a/instances/b", method: "PUT",
                more: [("content-length", "65537")], ends: false), .answer(#""status":413"#)),
        row(
            "a body shorter than it says",
            F.request(
                "/api/maxine/services/a/instances/b", method: "PUT",
                more: [("content-length", "9")], ends: false)
                + F.frame(0, flags: 1, stream: 1, [1]), .reset),
    ]
}
