import Testing

@testable import Wire

/// Malformed heads and bodies, each with the problem it is refused for; the status follows from the problem.
struct HTTP1MalformedTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var bytes: String
        var problem: WireProblem
        var status: UInt16
        var testDescription: String { String(bytes.debugDescription.prefix(80)) }

        init(_ bytes: String, _ problem: WireProblem, _ status: UInt16) {
            self.bytes = bytes
            self.problem = problem
            self.status = status
        }
    }

    static let host = "Host: a\r\n"

    static let lines: [Case] = [
        Case("\r\n\r\n", .malformedRequestLine, 400),
        Case("GET\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("GET /\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("GET / \r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("GET  / HTTP/1.1\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("GET /  HTTP/1.1\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("GET / HTTP/1.1 \r\n\(host)\r\n", .malformedRequestLine, 400),
        Case(" GET / HTTP/1.1\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("GET\t/ HTTP/1.1\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("G(T / HTTP/1.1\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("G\u{0}T / HTTP/1.1\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("AAAAAAAAAAAAAAAAA / HTTP/1.1\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("GET / http/1.1\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("GET / HTTP/1.10\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("GET / HTTP/11\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("GET / HTTP/1.0\r\n\(host)\r\n", .version, 505),
        Case("GET / HTTP/0.9\r\n\(host)\r\n", .version, 505),
        Case("GET / HTTP/2.0\r\n\(host)\r\n", .version, 505),
        Case("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .version, 505),
        Case("GET / HTTP/1.1\n\(host)\r\n", .lineEnd, 400),
        Case("GET / HTTP/1.1\r\(host)\r\n", .lineEnd, 400),
        Case("GET /\r HTTP/1.1\r\n\(host)\r\n", .lineEnd, 400),
        Case("GET /a\u{7F} HTTP/1.1\r\n\(host)\r\n", .malformedTarget, 400),
        Case("GET /a#b HTTP/1.1\r\n\(host)\r\n", .malformedTarget, 400),
        Case("GET /ä HTTP/1.1\r\n\(host)\r\n", .malformedTarget, 400),
        Case("GET /a\tb HTTP/1.1\r\n\(host)\r\n", .malformedTarget, 400),
        Case("GET /a b HTTP/1.1\r\n\(host)\r\n", .malformedRequestLine, 400),
        Case("GET http://b/ HTTP/1.1\r\n\(host)\r\n", .authorityConflict, 400),
        Case("GET http://a:1/ HTTP/1.1\r\n\(host)\r\n", .authorityConflict, 400),
        Case("GET https://a HTTP/1.1\r\n\(host)\r\n", .targetForm, 400),
        Case("GET https:/// HTTP/1.1\r\n\(host)\r\n", .targetForm, 400),
        Case("GET https://u@a/ HTTP/1.1\r\n\(host)\r\n", .targetForm, 400),
        Case("GET ftp://a/ HTTP/1.1\r\n\(host)\r\n", .targetForm, 400),
        Case("GET a HTTP/1.1\r\n\(host)\r\n", .targetForm, 400),
        Case("GET ?a HTTP/1.1\r\n\(host)\r\n", .targetForm, 400),
        Case("GET * HTTP/1.1\r\n\(host)\r\n", .targetForm, 400),
        Case("OPTIONS *a HTTP/1.1\r\n\(host)\r\n", .targetForm, 400),
        Case("CONNECT a:443 HTTP/1.1\r\n\(host)\r\n", .targetForm, 400),
    ]

    static let get = "GET / HTTP/1.1\r\n"

    static let fields: [Case] = [
        Case("\(get)\r\n", .hostMissing, 400),
        Case("\(get)\(host)\(host)\r\n", .headerTwice, 400),
        Case("\(get)Host: a\r\nhOST: b\r\n\r\n", .headerTwice, 400),
        Case("\(get)Host:\r\n\r\n", .hostInvalid, 400),
        Case("\(get)Host: a b\r\n\r\n", .hostInvalid, 400),
        Case("\(get)Host: a/b\r\n\r\n", .hostInvalid, 400),
        Case("\(get)Host: u@a\r\n\r\n", .hostInvalid, 400),
        Case("\(get)Host: a:\r\n\r\n", .hostInvalid, 400),
        Case("\(get)Host: a:123456\r\n\r\n", .hostInvalid, 400),
        Case("\(get)Host: a:b\r\n\r\n", .hostInvalid, 400),
        Case("\(get)Host: [::1\r\n\r\n", .hostInvalid, 400),
        Case("\(get)Host: a, b\r\n\r\n", .hostInvalid, 400),
        Case("\(get)Host: a,b\r\n\r\n", .hostInvalid, 400),
        Case("\(get)Host: a%2\r\n\r\n", .hostInvalid, 400),
        Case("\(get) Host: a\r\n\r\n", .foldedHeader, 400),
        Case("\(get)\(host)X: a\r\n b\r\n\r\n", .foldedHeader, 400),
        Case("\(get)\(host)X: a\r\n\tb\r\n\r\n", .foldedHeader, 400),
        Case("\(get)\(host)X : a\r\n\r\n", .headerName, 400),
        Case("\(get)\(host)X\t: a\r\n\r\n", .headerName, 400),
        Case("\(get)\(host): a\r\n\r\n", .headerName, 400),
        Case("\(get)\(host)X\r\n\r\n", .headerName, 400),
        Case("\(get)\(host)X_Y: a\r\n\r\n", .headerName, 400),
        Case("\(get)\(host)X Y: a\r\n\r\n", .headerName, 400),
        Case("\(get)\(host)X\u{0}: a\r\n\r\n", .headerName, 400),
        Case("\(get)\(host)Ä: a\r\n\r\n", .headerName, 400),
        Case("\(get)\(host)X: a\u{0}b\r\n\r\n", .headerValue, 400),
        Case("\(get)\(host)X: a\u{1}b\r\n\r\n", .headerValue, 400),
        Case("\(get)\(host)X: aaaaaaaaaaaaaaaa\u{7F}aaaaaaaaa\r\n\r\n", .headerValue, 400),
        Case("\(get)\(host)X: a\rb\r\n\r\n", .lineEnd, 400),
        Case("\(get)\(host)X: a\nY: b\r\n\r\n", .lineEnd, 400),
        Case("\(get)\(host)\n", .lineEnd, 400),
        Case("\(get)\(host)X: a\r\r\n\r\n", .lineEnd, 400),
        Case("\(get)\(host)Authorization: a\r\nAuthorization: b\r\n\r\n", .headerTwice, 400),
        Case("\(get)\(host)X-API-Key: a\r\nx-api-key: a\r\n\r\n", .headerTwice, 400),
        Case("\(get)\(host)Content-Type: a\r\nContent-Type: a\r\n\r\n", .headerTwice, 400),
        Case("\(get)\(host)Expect: 200-ok\r\n\r\n", .expectation, 417),
    ]

    static let post = "POST / HTTP/1.1\r\nHost: a\r\n"
    static let chunked = "\(post)Transfer-Encoding: chunked\r\n\r\n"

    static let bodies: [Case] = [
        Case("\(post)Content-Length: 1\r\nContent-Length: 1\r\n\r\na", .headerTwice, 400),
        Case("\(post)Content-Length: 1\r\nContent-Length: 2\r\n\r\na", .headerTwice, 400),
        Case("\(post)Content-Length: 1, 1\r\n\r\na", .contentLength, 400),
        Case("\(post)Content-Length: +1\r\n\r\na", .contentLength, 400),
        Case("\(post)Content-Length: -1\r\n\r\na", .contentLength, 400),
        Case("\(post)Content-Length: 0x1\r\n\r\na", .contentLength, 400),
        Case("\(post)Content-Length: 1 1\r\n\r\na", .contentLength, 400),
        Case("\(post)Content-Length:\r\n\r\na", .contentLength, 400),
        Case("\(post)Content-Length: 9999999999999999999\r\n\r\na", .contentLength, 400),
        Case("\(post)Content-Length: 1048577\r\n\r\na", .bodyTooLarge, 413),
        Case(
            "\(post)Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na", .lengthConflict, 400),
        Case(
            "\(post)Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\na", .lengthConflict, 400),
        Case("\(post)Transfer-Encoding: xchunked\r\n\r\n", .transferEncoding, 400),
        Case("\(post)Transfer-Encoding: chunked, identity\r\n\r\n", .transferEncoding, 400),
        Case("\(post)Transfer-Encoding: gzip, chunked\r\n\r\n", .transferEncoding, 400),
        Case("\(post)Transfer-Encoding: identity\r\n\r\n", .transferEncoding, 400),
        Case("\(post)Transfer-Encoding:\u{B}chunked\r\n\r\n", .headerValue, 400),
        Case("\(post)Transfer-Encoding:\r\n chunked\r\n\r\n", .transferEncoding, 400),
        Case(
            "\(post)Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            .headerTwice, 400),
        Case("\(chunked)g\r\n", .chunk, 400),
        Case("\(chunked)\r\n", .chunk, 400),
        Case("\(chunked)-1\r\n", .chunk, 400),
        Case("\(chunked)0x1\r\na\r\n0\r\n\r\n", .chunk, 400),
        Case("\(chunked)1;a=\nb\r\na\r\n0\r\n\r\n", .chunk, 400),
        Case("\(chunked)1;a=\rb\r\na\r\n0\r\n\r\n", .chunk, 400),
        Case("\(chunked)1;a=\u{0}\r\na\r\n0\r\n\r\n", .chunk, 400),
        Case("\(chunked)1;\(String(repeating: "a", count: 1024))\r\na\r\n", .chunk, 400),
        Case("\(chunked)1 \r\na\r\n0\r\n\r\n", .chunk, 400),
        Case("\(chunked)1\na\r\n0\r\n\r\n", .chunk, 400),
        Case("\(chunked)1\ra\r\n0\r\n\r\n", .chunk, 400),
        Case("\(chunked)1\r\nab\r\n0\r\n\r\n", .chunk, 400),
        Case("\(chunked)1\r\na\n0\r\n\r\n", .chunk, 400),
        Case("\(chunked)000000001\r\n", .chunk, 400),
        Case("\(chunked)fffffffff\r\n", .chunk, 400),
        Case("\(chunked)ffffffff\r\n", .bodyTooLarge, 413),
        Case("\(chunked)100001\r\n", .bodyTooLarge, 413),
        Case("\(chunked)0\r\nX a\r\n\r\n", .trailers, 400),
        Case("\(chunked)0\r\nX : a\r\n\r\n", .trailers, 400),
        Case("\(chunked)0\r\nX: a\u{1}\r\n\r\n", .trailers, 400),
        Case("\(chunked)0\r\nX: a\nY: b\r\n\r\n", .trailers, 400),
        Case("\(chunked)0\r\nX: \(String(repeating: "a", count: 1024))\r\n\r\n", .trailers, 400),
        Case(
            "\(chunked)1;\(String(repeating: "a", count: 600))\r\na\r\n0;\(String(repeating: "a", count: 600))\r\n",
            .chunk, 400),
        Case("\(chunked)0\r\n\n", .trailers, 400),
    ]

    @Test(arguments: lines + fields + bodies)
    func refuses(_ wrong: Case) {
        let decoded = DecodedHTTP1(wrong.bytes)
        #expect(decoded.problem == wrong.problem)
        #expect(decoded.problem?.status == wrong.status)
        #expect(decoded.requests == [])
    }

    @Test(arguments: lines + fields + bodies)
    func refusesTheSameWhereverTheBytesAreCut(_ wrong: Case) {
        let bytes = Array(wrong.bytes.utf8)
        let whole = DecodedHTTP1([bytes])
        for cut in 1..<bytes.count {
            #expect(DecodedHTTP1([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole)
        }
        #expect(DecodedHTTP1(bytes.map { [$0] }) == whole)
    }

    @Test(arguments: lines + fields + bodies)
    func looksAtNothingBehindARefusedRequest(_ wrong: Case) {
        let decoded = DecodedHTTP1(wrong.bytes + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(decoded.requests == [])
        #expect(decoded.problem == wrong.problem)
    }

    @Test func tableIsLargeEnough() {
        #expect(Self.lines.count + Self.fields.count + Self.bodies.count >= 60)
    }
}
