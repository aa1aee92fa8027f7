internal import NIOCore
internal import Wire

/// What an operation answers, before it becomes bytes of HTTP/1.1 or HTTP/2.
struct Answer: Sendable {
    let status: UInt16
    var contentType: StaticString = "application/json"
    var body: ByteBuffer
    var allow: String?
    var retryAfterSeconds: Int?
    /// Further header fields.
    var fields: [Response.Field] = []
    /// Produces the body bit by bit; `body` is not used then.
    var stream: StreamedBody?

    /// An answer whose body is produced while it is sent.
    init(status: UInt16, contentType: StaticString, stream: StreamedBody) {
        self.init(status: status, body: ByteBuffer())
        self.contentType = contentType
        self.stream = stream
    }

    init(status: UInt16, body: ByteBuffer) {
        self.status = status
        self.body = body
    }

    init(status: UInt16, json: [UInt8]) {
        self.init(status: status, body: ByteBuffer(bytes: json))
    }

    /// The answer to a problem; `sequence` is its audit record's number.
    init(_ problem: Problem, sequence: UInt64?) {
        self.init(status: problem.status, json: problem.encoded(sequence: sequence))
        contentType = "application/problem+json"
        allow = problem.allow
        retryAfterSeconds = problem.retryAfterSeconds
        if let challenge = problem.challenge {
            fields.append(.init("www-authenticate", challenge))
        }
    }

    static let noContent = Answer(status: 204, body: ByteBuffer())
}
