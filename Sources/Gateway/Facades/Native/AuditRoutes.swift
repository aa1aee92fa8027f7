internal import Wire

/// The rows of the log's proofs under `/api/maxine/audit`.
enum AuditRoutes {
    static let all: [Route] = [
        Route(
            .get, ["audit", "checkpoint"], query: ["from"],
            decode: { input throws(Problem) in
                ReadCheckpoint(
                    from: try input.query.value(of: "from").map { text throws(Problem) in
                        try number(text, "from")
                    })
            }, encode: { _, bytes in note(bytes) }),
        Route(
            .get, ["audit", "proof", .id], sample: RouteSample([.id: "1"]),
            decode: { input throws(Problem) in
                let sequence = try number(input.text(of: .id), "the record")
                guard sequence > 0 else { throw .malformed("records are counted from 1") }
                return ProveRecord(sequence: sequence)
            }, encode: { _, bytes in note(bytes) }),
    ]

    /// A checkpoint or proof as others keep it (C2SP tlog-checkpoint, tlog-proof).
    static func note(_ bytes: [UInt8]) -> Answer {
        var answer = Answer(status: 200, body: bytes)
        answer.contentType = "text/plain; charset=utf-8"
        answer.caching = .never
        return answer
    }

    private static func number(_ text: String, _ what: String) throws(Problem) -> UInt64 {
        guard let number = UInt64(text), String(number) == text else {
            throw .malformed("\(what) is named by its number")
        }
        return number
    }
}
