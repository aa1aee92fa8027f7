internal import NIOCore

/// What an operation answers, before it becomes bytes of HTTP/1.1 or HTTP/2.
struct Answer {
    let status: UInt16
    var contentType: StaticString = "application/json"
    var body: ByteBuffer
    var allow: String?
    var retryAfterSeconds: Int?

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
    }

    static let noContent = Answer(status: 204, body: ByteBuffer())
}
