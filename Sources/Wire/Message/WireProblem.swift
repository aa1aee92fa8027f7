/// What is wrong with the bytes of a peer.
public enum WireProblem: String, Error, Equatable, Sendable, CaseIterable {
    case malformedRequestLine = "malformed_request_line"
    case malformedTarget = "malformed_target"
    case targetForm = "target_form"
    case targetTooLong = "target_too_long"
    case version = "http_version"
    case lineEnd = "line_end"
    case foldedHeader = "folded_header"
    case headerName = "header_name"
    case headerValue = "header_value"
    case headersTooMany = "headers_too_many"
    case headTooLarge = "head_too_large"
    case hostMissing = "host_missing"
    case hostInvalid = "host_invalid"
    case headerTwice = "header_twice"
    case contentLength = "content_length"
    case lengthConflict = "length_conflict"
    case transferEncoding = "transfer_encoding"
    case chunk = "chunk"
    case trailers = "trailers"
    case bodyTooLarge = "body_too_large"
    case bodiesTooLarge = "bodies_too_large"
    case expectation = "expectation"
    case headTimeout = "head_timeout"
    case bodyTimeout = "body_timeout"
    case authorityConflict = "authority_conflict"
    case streamBroken = "stream_broken"
    case connectionBroken = "connection_broken"
    case flood = "flood"
    case answersNotTaken = "answers_not_taken"

    /// The stable code for audit records, metrics and problem details.
    public var code: String { rawValue }

    /// The status of the answer, where the protocol still allows one.
    public var status: UInt16 {
        switch self {
        case .targetTooLong: 414
        case .version: 505
        case .headersTooMany, .headTooLarge: 431
        case .bodyTooLarge: 413
        case .bodiesTooLarge, .answersNotTaken: 503
        case .expectation: 417
        case .headTimeout, .bodyTimeout: 408
        case .flood: 429
        case .malformedRequestLine, .malformedTarget, .targetForm, .lineEnd, .foldedHeader,
            .headerName, .headerValue, .hostMissing, .hostInvalid, .headerTwice, .contentLength,
            .lengthConflict, .transferEncoding, .chunk, .trailers, .authorityConflict,
            .streamBroken, .connectionBroken:
            400
        }
    }

    /// One line for the client.
    public var reason: StaticString {
        switch self {
        case .malformedRequestLine: "the request line is malformed"
        case .malformedTarget: "the request target has a byte that is not allowed in it"
        case .targetForm: "the request target is neither a path nor an http or https URL with one"
        case .targetTooLong: "the request line is too long"
        case .version: "only HTTP/1.1 and HTTP/2 are spoken here"
        case .lineEnd: "a line does not end in CR LF"
        case .foldedHeader: "a header field is folded over several lines"
        case .headerName: "a header field name is malformed"
        case .headerValue: "a header field value has a byte that is not allowed in it"
        case .headersTooMany: "the request has too many header fields"
        case .headTooLarge: "the request head is too large"
        case .hostMissing: "the request names no host"
        case .hostInvalid: "the host is malformed"
        case .headerTwice: "a header field that may stand once stands twice"
        case .contentLength: "the content length is not one number"
        case .lengthConflict: "the request has both a content length and a transfer encoding"
        case .transferEncoding: "the transfer encoding is not chunked and nothing else"
        case .chunk: "the chunked body is malformed"
        case .trailers: "the trailer fields are malformed or too long"
        case .bodyTooLarge: "the request body is too large"
        case .bodiesTooLarge: "the connection's request bodies are too large together"
        case .expectation: "the expectation cannot be met"
        case .headTimeout: "the request head took too long"
        case .bodyTimeout: "the request body took too long"
        case .authorityConflict: "the authority and the host field differ"
        case .streamBroken: "the request breaks the rules of HTTP/2"
        case .connectionBroken: "the connection breaks the rules of HTTP/2"
        case .flood: "the peer sends too many frames without requests"
        case .answersNotTaken: "too many bytes of other answers wait to be taken"
        }
    }

    /// Problem details for the answer (RFC 9457).
    var body: [UInt8] {
        Array(
            """
            {"type":"about:blank","title":"\(StatusLine.phrase(status))","status":\(status),\
            "detail":"\(reason)","code":"\(code)"}

            """.utf8)
    }
}

extension WireProblem: CustomStringConvertible {
    /// One line for people.
    public var description: String { "\(reason)" }
}
