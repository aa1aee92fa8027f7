internal import Audit
internal import StrictJSON
internal import Text
internal import Wire

/// The rows of the log's proofs under `/api/maxine/audit`.
enum AuditRoutes {
    static let all: [Route] =
        LogKeyRoutes.all + ErasureRoutes.all + HoldRoutes.all + [
            Route(
                .get, ["audit", "checkpoint"], query: ["from", "witnessed", "format"],
                decode: { input throws(Problem) in
                    let asked = ReadCheckpoint(
                        from: try input.query.value(of: "from").map { text throws(Problem) in
                            try number(text, "from")
                        }, end: try end(input.query),
                        isJSON: try format(input.query, ["json"]) != nil)
                    guard asked.from == nil || (asked.end == .newest && !asked.isJSON) else {
                        throw .malformed("from proves the newest end, as a text")
                    }
                    return asked
                }, encode: { asked, told in asked.isJSON ? json(told) : note(told.bytes) }),
            Route(
                .get, ["audit", "proof", .id], query: ["witnessed", "format"],
                sample: RouteSample([.id: "1"]),
                decode: { input throws(Problem) in
                    let sequence = try number(input.text(of: .id), "the record")
                    guard sequence > 0 else { throw .malformed("records are counted from 1") }
                    return ProveRecord(
                        sequence: sequence, end: try end(input.query),
                        isCOSE: try format(input.query, ["cose"]) != nil)
                }, encode: { asked, bytes in asked.isCOSE ? receipt(bytes) : note(bytes) }),
        ]

    /// A checkpoint or proof as others keep it (C2SP tlog-checkpoint, tlog-proof).
    static func note(_ bytes: [UInt8]) -> Answer {
        var answer = Answer(status: 200, body: bytes)
        answer.contentType = "text/plain; charset=utf-8"
        answer.caching = .never
        return answer
    }

    /// A proof as a COSE receipt (RFC 9052 section 2, RFC 9942).
    private static func receipt(_ bytes: [UInt8]) -> Answer {
        var answer = note(bytes)
        answer.contentType = "application/cose; cose-type=\"cose-sign1\""
        return answer
    }

    /// An end, and who of the witnesses has signed it.
    private static func json(_ told: ReadCheckpoint.Success) -> Answer {
        let signers = told.checkpoint?.signers ?? []
        let signed = told.witnesses.count { state in
            signers.contains { $0.key == state.witness.key }
        }
        var writer = JSONWriter(capacity: 1024)
        writer.raw("{\"size\":")
        writer.integer(told.checkpoint?.end.size ?? 0)
        writer.raw(",\"root\":")
        writer.string(told.checkpoint?.end.root.base64 ?? "")
        writer.raw(",\"note\":")
        writer.string(String(decoding: told.bytes, as: UTF8.self))
        writer.raw(",\"signed\":")
        writer.integer(signed)
        writer.raw(",\"quorum\":")
        writer.raw(told.isMet ? "true" : "false")
        writer.raw(",\"witnesses\":[")
        for (index, state) in told.witnesses.enumerated() {
            if index > 0 { writer.raw(",") }
            write(state, hasSigned: signers.contains { $0.key == state.witness.key }, to: &writer)
        }
        writer.raw("]}")
        var answer = Answer(status: 200, body: writer.bytes)
        answer.caching = .never
        return answer
    }

    private static func write(
        _ state: WitnessState, hasSigned: Bool, to writer: inout JSONWriter
    ) {
        writer.raw("{\"name\":")
        writer.string(state.witness.name)
        writer.raw(",\"key\":")
        writer.string(state.witness.key.text)
        writer.raw(",\"signed\":")
        writer.raw(hasSigned ? "true" : "false")
        if let size = state.size, let seconds = state.seconds {
            writer.raw(",\"last\":{\"size\":")
            writer.integer(size)
            writer.raw(",\"time\":")
            let nanoseconds = Int64(clamping: seconds).multipliedReportingOverflow(
                by: 1_000_000_000)
            writer.string(CivilTime.rfc3339(nanoseconds: nanoseconds.partialValue))
            writer.raw("}")
        }
        if let fault = state.fault {
            writer.raw(",\"fault\":")
            writer.string(fault.description)
        }
        writer.raw("}")
    }

    private static func end(_ query: Query) throws(Problem) -> ToldEnd {
        guard let text = query.value(of: "witnessed") else { return .newest }
        guard ["true", "false"].contains(text) else {
            throw .malformed("witnessed is true or false")
        }
        return text == "true" ? .witnessed : .newest
    }

    private static func format(
        _ query: Query, _ formats: [String]
    ) throws(Problem) -> String? {
        guard let format = query.value(of: "format") else { return nil }
        guard formats.contains(format) else {
            throw .malformed("format is one of: \(formats.joined(separator: ", "))")
        }
        return format
    }

    private static func number(_ text: String, _ what: String) throws(Problem) -> UInt64 {
        guard let number = UInt64(text), String(number) == text else {
            throw .malformed("\(what) is named by its number")
        }
        return number
    }
}
