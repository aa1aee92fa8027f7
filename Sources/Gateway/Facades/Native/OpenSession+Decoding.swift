internal import Auth
internal import NIOCore
internal import StrictJSON
internal import Text

/// `POST /auth/login`: `{cookie?}` where the request's own credential speaks, `{provider?, user, password, cookie?}` where a provider is to.
extension OpenSession {
    init(_ input: RouteInput) throws(Problem) {
        let members = try Self.members(input)
        let cookie = try Self.flag(members["cookie"], takesCookies: input.takesCookies)
        self.init(isCookie: cookie)
        guard members["user"] != nil || members["password"] != nil || members["provider"] != nil
        else { return }
        guard input.takesCookies else {
            throw .impossible("$.password: passwords are for the people listener; send it there")
        }
        var provider: String?
        if let named = members["provider"] { provider = try Self.text(named, "provider") }
        attempt = PasswordAttempt(
            provider: provider, user: try Self.needed(members["user"], "user"),
            password: RawToken(Array(try Self.needed(members["password"], "password").utf8)))
    }

    private static let known = ["cookie", "password", "provider", "user"]

    private static func members(_ input: RouteInput) throws(Problem) -> [String: JSONValue] {
        guard let body = input.body, body.readableBytes > 0 else { return [:] }
        guard case .object(let members) = try jsonBody(body) else {
            throw .malformed("body: expected an object")
        }
        var found: [String: JSONValue] = [:]
        for member in members {
            guard known.contains(where: { member.name.isExactly($0) }) else {
                throw .malformed(
                    "$.\(Quotation.cut(member.name)): unknown member; known are"
                        + " \(known.joined(separator: ", "))")
            }
            if member.value != .null { found[member.name] = member.value }
        }
        return found
    }

    private static func needed(_ value: JSONValue?, _ name: String) throws(Problem) -> String {
        guard let value else { throw .malformed("$.\(name): missing") }
        return try text(value, name)
    }

    /// What was sent is not quoted: it may be a password in the wrong place.
    private static func text(_ value: JSONValue, _ name: String) throws(Problem) -> String {
        guard let text = value.string else {
            throw .malformed("$.\(name): expected a string, got \(value.kind)")
        }
        return text
    }

    /// Where the secret is to go: browsers want a cookie, which only the people listener takes, programs the body.
    private static func flag(
        _ value: JSONValue?, takesCookies: Bool
    ) throws(Problem) -> Bool {
        switch value {
        case nil: return takesCookies
        case .bool(let wanted):
            guard !wanted || takesCookies else {
                throw .impossible("$.cookie: cookies are for the people listener; ask there")
            }
            return wanted
        case .some(let other):
            throw .malformed("$.cookie: expected a boolean, got \(other.kind)")
        }
    }
}
