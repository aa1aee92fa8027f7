import NIOCore
import Testing

@testable import Wire

struct HTTP1DecoderTests {
    static let sound: [String] = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a/b?c=d&e HTTP/1.1\r\nHost: a.example:8443\r\nConnection: close\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nhost: [::1]:1\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, world!!!\r\n0\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=b;c=\"d e\"\r\nhello\r\n0;last\r\nX: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "GET https://Maxine_gateway:8443/a?b HTTP/1.1\r\nHost: maxine_gateway:8443\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a~%41!$&'()*+;=b\r\n\r\n",
        "PURGE /x HTTP/1.1\r\nX:  \t a b \t \r\nHost: a\r\nEmpty:\r\n\r\n",
        "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPUT /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiGET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
    ]

    @Test func readsMethodTargetFieldsAndBody() {
        let all = Self.sound.flatMap { DecodedHTTP1($0).requests }
        #expect(
            all == [
                "GET / alive=true|Host=a",
                "GET /a/b?c=d&e alive=false|Host=a.example:8443|Connection=close",
                "OPTIONS * alive=true|host=[::1]:1",
                "POST /x alive=true|Host=a|Content-Length=5|body=hello",
                "POST /x alive=true|Host=a|Content-Length=0",
                "POST /x alive=true|Host=a|Transfer-Encoding=chunked|body=hello, world!!!",
                "POST /x alive=true|Host=a|Transfer-Encoding=Chunked|body=hello",
                "GET /a?b alive=true|Host=maxine_gateway:8443",
                "GET / alive=true|Host=a",
                "GET / alive=true|Host=a~%41!$&'()*+;=b",
                "PURGE /x alive=true|X=a b|Host=a|Empty=",
                "GET /1 alive=true|Host=a",
                "PUT /2 alive=true|Host=a|Content-Length=2|body=hi",
                "GET /3 alive=true|Host=a",
            ])
    }

    @Test(arguments: sound)
    func readsTheSameWhereverTheBytesAreCut(_ text: String) {
        let bytes = Array(text.utf8)
        let whole = DecodedHTTP1([bytes])
        #expect(whole.problem == nil)
        for cut in 1..<bytes.count {
            #expect(DecodedHTTP1([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole)
        }
        #expect(DecodedHTTP1(bytes.map { [$0] }) == whole)
    }

    /// As old probes speak (RFC 9112 appendix C.1): no host, no chunks, no interim answer, one request a connection.
    @Test(arguments: [
        ("GET /readyz HTTP/1.0\r\n\r\n", "GET /readyz alive=false"),
        (
            "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
            "GET / alive=false|Host=a|Connection=keep-alive"
        ),
        (
            "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
            "POST / alive=false|Expect=100-continue|Content-Length=2|body=hi"
        ),
    ])
    func readsHTTP10WhereItIsTaken(text: String, expected: String) {
        var limits = Limits()
        limits.takesHTTP10 = true
        #expect(DecodedHTTP1([Array(text.utf8)], limits: limits).requests == [expected])
        #expect(DecodedHTTP1(text).problem == .version)
        let chunked = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        #expect(DecodedHTTP1([Array(chunked.utf8)], limits: limits).problem == .transferEncoding)
    }

    @Test func tellsThePeerToContinueOnlyWithinTheLimits() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
        #expect(DecodedHTTP1(head + "5\r\n\r\n").continues == 1)
        #expect(DecodedHTTP1(head + "5\r\n\r\nhello").continues == 0)
        let large = DecodedHTTP1(head + "2000000\r\n\r\n")
        #expect(large.continues == 0)
        #expect(large.problem == .bodyTooLarge)
    }

    @Test func findsKnownHeadersInAnyCase() throws {
        for header in KnownHeader.allCases {
            switch header {
            case .host, .connection, .contentLength, .transferEncoding, .expect: continue
            default: break
            }
            let name = "\(header.name)".uppercased()
            var buffer = ByteBuffer(
                string: "GET / HTTP/1.1\r\nHost: a\r\n\(name): some value\r\n\r\n")
            var decoder = HTTP1Decoder(limits: Limits())
            guard case .request(let request) = decoder.next(&buffer) else {
                Issue.record("no request for \(name)")
                continue
            }
            #expect(request.header(header) == "some value")
            #expect(request.headers(named: header.name) == ["some value"])
        }
    }

    @Test func holdsEachLimitToTheByte() {
        var limits = Limits()
        limits.requestLineBytesMax = 20
        let line = "GET /\(String(repeating: "a", count: 4)) HTTP/1.1\r\n"
        #expect(line.utf8.count == 20)
        #expect(DecodedHTTP1(line + "Host: a\r\n\r\n", limits: limits).problem == nil)
        let longer = "GET /aaaaa HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(DecodedHTTP1(longer, limits: limits).problem == .targetTooLong)
        #expect(DecodedHTTP1("GET /aaaaaaaaaaaaaaaa", limits: limits).problem == .targetTooLong)

        limits = Limits()
        limits.headerCountMax = 2
        let two = "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n"
        #expect(DecodedHTTP1(two + "\r\n", limits: limits).problem == nil)
        #expect(DecodedHTTP1(two + "C: d\r\n\r\n", limits: limits).problem == .headersTooMany)

        limits = Limits()
        limits.headBytesMax = (two + "\r\n").utf8.count
        #expect(DecodedHTTP1(two + "\r\n", limits: limits).problem == nil)
        limits.headBytesMax -= 1
        #expect(DecodedHTTP1(two + "\r\n", limits: limits).problem == .headTooLarge)
        #expect(
            DecodedHTTP1(two + String(repeating: "x", count: 99), limits: limits).problem
                == .headTooLarge)

        limits = Limits()
        limits.bodyBytesMax = 3
        let post = "POST / HTTP/1.1\r\nHost: a\r\n"
        #expect(
            DecodedHTTP1(post + "Content-Length: 3\r\n\r\nabc", limits: limits).problem == nil)
        #expect(
            DecodedHTTP1(post + "Content-Length: 4\r\n\r\n", limits: limits).problem
                == .bodyTooLarge)
        let chunks = post + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"
        #expect(
            DecodedHTTP1(chunks + "1\r\nc\r\n0\r\n\r\n", limits: limits).problem == nil)
        #expect(DecodedHTTP1(chunks + "2\r\ncd\r\n", limits: limits).problem == .bodyTooLarge)
    }
}
