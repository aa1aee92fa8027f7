internal import Auth
internal import NIOCore
internal import Policy
internal import StrictJSON
internal import Text
internal import Wire

/// The rows of erasing persons from the log.
enum ErasureRoutes {
    static let all: [Route] = [
        Route(
            .get, ["audit", "erasures"], decode: { _ throws(Problem) in ListErasures() },
            encode: { _, found in list(found) }),
        Route(
            .post, ["audit", "erasures"], takesBody: true,
            sample: RouteSample(body: #"{"user":"idp/alice","reason":"letter 7"}"#),
            decode: { input throws(Problem) in ProposeErasure(plan: try plan(input.body)) },
            encode: { _, made in show(made) }),
        Route(
            .post, ["audit", "erasures", .id, "confirm"], sample: RouteSample([.id: "e-1"]),
            decode: { input throws(Problem) in ConfirmErasure(id: try id(input)) },
            encode: { _, done in show(done) }),
        Route(
            .delete, ["audit", "erasures", .id], sample: RouteSample([.id: "e-1"]),
            decode: { input throws(Problem) in WithdrawErasure(id: try id(input)) },
            encode: { _, _ in .noContent }),
    ]

    private static func id(_ input: RouteInput) throws(Problem) -> String {
        let id = input.text(of: .id)
        guard Erasure.isID(id) else {
            throw .malformed("an erasure's id is e- and up to 26 of the characters a-z 0-9")
        }
        return id
    }

    /// Reads `{user, reason}`; nothing of either is quoted, since what is wrong is recorded.
    private static func plan(_ body: ByteBuffer?) throws(Problem) -> ErasurePlan {
        let value = try jsonBody(body)
        try value.check("$", members: ["user", "reason"])
        guard let user = value["user"]?.string else {
            throw .malformed("$.user: expected a string, the user's whole name as idp/alice")
        }
        guard (1...Policy.PolicyLimits.subjectBytesMax).contains(user.utf8.count),
            Quotation.escaped(user) == user, !FoldedName(user).isEmpty
        else { throw .impossible("$.user: that is no user's name, as PROVIDER/NAME") }
        guard let reason = value["reason"]?.string else {
            throw .malformed("$.reason: expected a string that says why")
        }
        guard (1...AuthLimits.erasureReasonBytesMax).contains(reason.utf8.count),
            Quotation.escaped(reason) == reason
        else {
            throw .impossible(
                "$.reason: expected 1 to \(AuthLimits.erasureReasonBytesMax) bytes without control characters"
            )
        }
        return ErasurePlan(user: user, reason: reason)
    }

    private static func show(_ erasure: Erasure) -> Answer {
        var writer = JSONWriter(capacity: 512)
        write(erasure, to: &writer)
        return Answer(status: 201, body: writer.bytes)
    }

    private static func list(_ found: [Erasure]) -> Answer {
        .page("erasures", found, entryBytes: 400, next: nil, of: []) { write($0, to: &$1) }
    }

    private static func show(_ done: ConfirmErasure.Success) -> Answer {
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"id\":")
        writer.string(done.erasure.id)
        writer.raw(",\"pseudonyms\":")
        writer.strings(done.erasure.pseudonyms)
        writer.raw(",\"endedSessions\":")
        writer.strings(done.ended.sessions)
        writer.raw(",\"removedKeys\":")
        writer.strings(done.ended.keys)
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    private static func write(_ erasure: Erasure, to writer: inout JSONWriter) {
        writer.raw("{\"id\":")
        writer.string(erasure.id)
        writer.raw(",\"user\":")
        if let user = erasure.user { writer.string(user) } else { writer.raw("null") }
        writer.raw(",\"pseudonyms\":")
        writer.strings(erasure.pseudonyms)
        writer.raw(",\"reason\":")
        writer.string(erasure.reason)
        writer.raw(",\"proposedBy\":")
        writer.string(erasure.proposer.id)
        writer.raw(",\"record\":")
        writer.integer(erasure.sequence)
        writer.raw(",\"createdAt\":")
        writer.string(CivilTime.rfc3339(nanoseconds: erasure.madeNanoseconds))
        writer.raw(",\"expiresAt\":")
        writer.string(CivilTime.rfc3339(nanoseconds: erasure.endsNanoseconds))
        writer.raw("}")
    }
}
