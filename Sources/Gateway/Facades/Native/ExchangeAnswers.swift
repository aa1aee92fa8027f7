internal import Auth
internal import StrictJSON
internal import Wire

/// The row of `/api/maxine/auth/token`, in the words of OAuth (RFC 8693, RFC 6749).
enum ExchangeAnswers {
    static let row = Route(
        .post, ["auth", "token"], takesBody: true,
        sample: RouteSample(
            body: "grant_type=\(ExchangeForm.grantType)&subject_token=e30.e30.e30"
                + "&subject_token_type=\(ExchangeForm.jwt)"),
        bringsCredential: true, problems: problems,
        decode: ExchangeForm.operation, encode: exchanged)

    /// RFC 8693 section 2.2.1.
    private static func exchanged(_ asked: ExchangeToken, _ made: ExchangedToken) -> Answer {
        var writer = JSONWriter(capacity: made.token.bytes.count + 256)
        writer.raw("{\"access_token\":")
        writer.string(String(decoding: made.token.bytes, as: UTF8.self))
        writer.raw(",\"issued_token_type\":")
        writer.string(ExchangeForm.accessToken)
        writer.raw(",\"token_type\":\"Bearer\",\"expires_in\":")
        writer.integer(made.lifeSeconds)
        writer.raw("}")
        var answer = Answer(status: 200, body: writer.bytes)
        answer.caching = .never
        return answer
    }

    /// RFC 6749 section 5.2, with our own code and the record's number beside it.
    static let problems = ProblemEncoder { answer($0, $1, word: nil) }

    /// The same with a word of another grant.
    static func answer(_ problem: Problem, _ sequence: UInt64?, word: String?) -> Answer {
        var writer = JSONWriter(capacity: 256)
        writer.raw("{\"error\":")
        writer.string(word ?? error(problem))
        writer.raw(",\"error_description\":")
        let record = sequence.map { " (audit record \($0))" } ?? ""
        writer.string(described(problem.detail + record))
        writer.raw(",\"code\":")
        writer.string(problem.code)
        if let sequence {
            writer.raw(",\"audit\":")
            writer.integer(sequence)
        }
        writer.raw("}")
        var answer = Answer(problem, sequence: sequence)
        answer.body = writer.bytes
        answer.contentType = "application/json"
        answer.caching = .never
        return answer
    }

    private static func error(_ problem: Problem) -> String {
        switch (problem.code, problem.status) {
        case ("unsupported-grant-type", _): "unsupported_grant_type"
        case ("invalid-scope", _): "invalid_scope"
        case ("invalid-target", _): "invalid_target"
        case (_, 429), (_, 503): "temporarily_unavailable"
        case (_, 500...): "server_error"
        case (_, 401): "invalid_client"
        default: "invalid_request"
        }
    }

    /// The characters that RFC 6749 appendix A.8 allows.
    private static func described(_ text: String) -> String {
        String(
            decoding: text.utf8.map { byte -> UInt8 in
                switch byte {
                case UInt8(ascii: "\""): UInt8(ascii: "'")
                case UInt8(ascii: "\\"): UInt8(ascii: "/")
                case 0x20...0x7E: byte
                default: UInt8(ascii: "?")
                }
            }, as: UTF8.self)
    }
}
