public import NIOCore

/// One answer; the connection writes it in its protocol.
///
/// `date`, `content-length` and, on a closing HTTP/1.1 connection, `connection` are added.
public struct Response {
    /// One more header field; a value that could break out of its line is left out.
    public struct Field {
        /// The name in lower case.
        public var name: StaticString
        /// The value.
        public var value: ByteBuffer

        /// Makes a field; `name` in lower case.
        public init(_ name: StaticString, _ value: ByteBuffer) {
            self.name = name
            self.value = value
        }

        /// Makes a field from text; `name` in lower case.
        public init(_ name: StaticString, _ value: String) {
            self.init(name, ByteBuffer(string: value))
        }

        /// Makes a field of a time in seconds since 1970 (RFC 9110 section 5.6.7); `name` in lower case.
        public init(_ name: StaticString, dateSeconds: Int64) {
            self.init(name, HTTPDate.value(seconds: dateSeconds))
        }

        var isSafe: Bool { value.withUnsafeReadableBytes { Bytes.isFieldValue($0) } }
    }

    /// The status code.
    public var status: UInt16
    /// The `content-type`; none without a body.
    public var contentType: StaticString?
    /// The body; empty for none.
    ///
    /// An array, since it is written once and read once: a buffer would be one more object.
    public var body: [UInt8]
    /// The value of `x-request-id`; left out if empty.
    public var requestID = ShortText()
    /// The value of `maxine-audit`; left out if empty.
    public var audit = ShortText()
    /// Further fields.
    public var fields: [Field] = []
    /// True if the connection is to end after this answer.
    public var closes = false

    /// Makes an answer.
    public init(status: UInt16, contentType: StaticString? = nil, body: [UInt8] = []) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// The answer to a malformed request: problem details (RFC 9457).
    public init(problem: WireProblem) {
        self.init(
            status: problem.status, contentType: "application/problem+json",
            body: problem.body)
        closes = true
    }

    /// The answer to a peer that takes none of the answers that it has asked for.
    static var answersNotTaken: Response {
        var response = Response(problem: .answersNotTaken)
        response.closes = false
        response.fields.append(Field("retry-after", "1"))
        return response
    }

    /// False for statuses that never have a body (RFC 9110 section 6.4.1).
    var mayHaveBody: Bool { status >= 200 && status != 204 && status != 304 }
}

/// Reason phrases and status lines.
enum StatusLine {
    /// The reason phrase (RFC 9110 section 15).
    static func phrase(_ status: UInt16) -> StaticString {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}
