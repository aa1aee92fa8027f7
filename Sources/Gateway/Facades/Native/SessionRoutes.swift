internal import Auth
internal import NIOCore
internal import StrictJSON
internal import Text
internal import Wire

/// The rows of sessions under `/api/maxine/auth`.
enum SessionRoutes {
    static let all: [Route] = [
        Route(
            .post, ["auth", "login"], takesBody: true, sample: RouteSample(body: "{}"),
            decode: { input throws(Problem) in try OpenSession(input) },
            encode: SessionAnswers.opened),
        Route(
            .post, ["auth", "logout"], takesBody: true, sample: RouteSample(body: "{}"),
            decode: { input throws(Problem) in
                CloseSession(everywhere: try flag("everywhere", input) ?? false)
            }, encode: SessionAnswers.closed),
        Route(
            .get, ["auth", "sessions"], query: ["holder", "all", "limit", "next"],
            decode: { input throws(Problem) in try Parameters(input).listSessions() },
            encode: SessionAnswers.list),
        Route(
            .delete, ["auth", "sessions"], query: ["holder"],
            decode: { input throws(Problem) in
                EndSessions(holder: try Parameters(input).holder())
            }, encode: SessionAnswers.ended),
        Route(
            .delete, ["auth", "sessions", .id], sample: RouteSample([.id: "0aB1cD2eF3gH"]),
            decode: { input throws(Problem) in EndSessions(id: try sessionID(input)) },
            encode: SessionAnswers.ended),
        Route(
            .post, ["auth", "bootstrap"], takesBody: true, sample: RouteSample(body: "{}"),
            decode: { input throws(Problem) in
                Bootstrap(token: try bootstrapToken(input), isCookie: false)
            },
            encode: { SessionAnswers.opened($1, isCookie: $0.isCookie) }),
        Route(
            .delete, ["auth", "bootstrap"], decode: { _ throws(Problem) in ResetBootstrap() },
            encode: SessionAnswers.reset),
    ]

    /// `{token?}`.
    private static func bootstrapToken(_ input: RouteInput) throws(Problem) -> [UInt8]? {
        guard let value = try member("token", input), value != .null else { return nil }
        guard let text = value.string else {
            throw .malformed("$.token: expected a string, got \(value.kind)")
        }
        guard (1...AuthLimits.bootstrapBytesMax).contains(text.utf8.count) else {
            throw .impossible("$.token: expected 1 to \(AuthLimits.bootstrapBytesMax) bytes")
        }
        return Array(text.utf8)
    }

    /// The one member that a body may have.
    private static func flag(_ name: String, _ input: RouteInput) throws(Problem) -> Bool? {
        switch try member(name, input) {
        case nil, .null: return nil
        case .bool(let flag): return flag
        case .some(let other):
            throw .malformed("$.\(name): expected a boolean, got \(other.kind)")
        }
    }

    private static func member(
        _ name: String, _ input: RouteInput
    ) throws(Problem) -> JSONValue? {
        guard let body = input.body, body.readableBytes > 0 else { return nil }
        guard case .object(let members) = try jsonBody(body) else {
            throw .malformed("body: expected an object")
        }
        for member in members where !member.name.isExactly(name) {
            throw .malformed("$.\(Quotation.cut(member.name)): unknown member; known is \(name)")
        }
        return members.first?.value
    }

    /// What is no id is not quoted: it may be a whole secret.
    private static func sessionID(_ input: RouteInput) throws(Problem) -> String {
        let id = input.text(of: .id)
        guard SessionPlan.isID(id) else {
            throw .malformed("a session's id is the 12 letters and digits that a list shows")
        }
        return id
    }
}

extension ListSessions {
    /// What tells this list from others.
    var list: [String?] {
        switch reach {
        case .own: ["sessions", "own", nil]
        case .holder(let name): ["sessions", "holder", name]
        case .all: ["sessions", "all", nil]
        }
    }
}
