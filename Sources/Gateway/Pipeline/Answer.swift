/// What an operation answers, before it becomes bytes of HTTP/1.1 or HTTP/2.
package struct Answer {
    package let status: UInt16
    package var contentType: StaticString = "application/json"
    package var body: [UInt8]
    /// What caches may do with it, where the listener says nothing.
    package var caching = Caching.unsaid
    package private(set) var boxedFields = BoxedFields.none

    /// Header fields that few answers have.
    package var further: FurtherFields {
        get { boxedFields.fields }
        set { boxedFields.fields = newValue }
    }

    package init(status: UInt16, body: [UInt8]) {
        self.status = status
        self.body = body
    }

    /// The answer to a problem; `sequence` is its audit record's number.
    init(_ problem: Problem, sequence: UInt64?) {
        self.init(status: problem.status, body: problem.encoded(sequence: sequence))
        contentType = "application/problem+json"
        boxedFields = problem.boxedFields
    }

    /// The shape of errors of RFC 9457, also where no facade is known.
    package static let problemDetails = ProblemEncoder { Answer($0, sequence: $1) }

    package static let noContent = Answer(status: 204, body: [])
}

/// What caches may do with an answer (RFC 9111 section 5.2.2).
package enum Caching: UInt8, Sendable {
    /// What they do by themselves.
    case unsaid
    /// Keep none of it.
    case never
    /// Keep it for all, for as long as a key is surely published.
    case forAll
    /// Keep it for all, for ever: what stands there never changes (RFC 8246).
    case forGood
}
