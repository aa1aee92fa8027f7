internal import PKI
internal import StrictJSON

/// Asks for a step in the life of an authority or a certificate.
struct AuthorityRequest: Sendable {
    enum Step: String, Sendable {
        case prepare, activate, rotate, taint, revoke, compromise
    }

    let step: Step
    var kind: AuthorityKind?
    var authority: String?
    var serial: String?
    var issuer: String?
    var isCrossSigned = false
    var isForced = false
    var isDryRun = false

    /// Reads the body `{kind?, authority?, serial?, issuer?, crossSign?, force?, dryRun?}`.
    static func parse(_ step: Step, _ input: RouteInput) throws(Problem) -> AuthorityRequest {
        let body = try jsonBody(input.body)
        guard case .object(let members) = body else {
            throw .malformed("body: expected an object, got \(body.kind)")
        }
        var request = AuthorityRequest(step: step)
        for member in members { try request.take(member) }
        switch step {
        case .prepare, .activate, .rotate:
            guard request.kind != nil else {
                throw .malformed("$.kind: expected root, intermediate or jwt")
            }
        case .taint, .compromise:
            guard request.authority != nil else {
                throw .malformed("$.authority: expected a key identifier, as GET /ca lists them")
            }
        case .revoke:
            guard (request.authority == nil) != (request.serial == nil) else {
                throw .malformed("body: expected either authority or serial")
            }
        }
        return request
    }

    private mutating func take(_ member: JSONMember) throws(Problem) {
        switch member.name {
        case "kind":
            let text = try Self.text(member)
            guard let known = AuthorityKind(rawValue: text) else {
                throw .impossible("$.kind: \(quote(text)) is not root, intermediate or jwt")
            }
            kind = known
        case "authority": authority = try Self.text(member)
        case "serial": serial = try Self.text(member)
        case "issuer": issuer = try Self.text(member)
        case "crossSign": isCrossSigned = try Self.flag(member)
        case "force": isForced = try Self.flag(member)
        case "dryRun": isDryRun = try Self.flag(member)
        default:
            throw .malformed(
                "$.\(member.name.prefix(40)): unknown member; known are kind, authority, serial, issuer,"
                    + " crossSign, force, dryRun")
        }
    }

    private static func text(_ member: JSONMember) throws(Problem) -> String {
        guard let text = member.value.string, (1...200).contains(text.utf8.count) else {
            throw .malformed("$.\(member.name): expected a string of 1 to 200 bytes")
        }
        return text
    }

    private static func flag(_ member: JSONMember) throws(Problem) -> Bool {
        guard case .bool(let flag) = member.value else {
            throw .malformed("$.\(member.name): expected true or false, got \(member.value.kind)")
        }
        return flag
    }

    /// What the intent record says.
    func encodedDetail() -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"step\":")
        writer.string(step.rawValue)
        for (name, value) in [
            ("kind", kind?.rawValue), ("authority", authority), ("serial", serial),
            ("issuer", issuer),
        ] {
            guard let value else { continue }
            writer.raw(",")
            writer.string(name)
            writer.raw(":")
            writer.string(value)
        }
        if isForced { writer.raw(",\"force\":true") }
        if isDryRun { writer.raw(",\"dry_run\":true") }
        writer.raw("}")
        return writer.bytes
    }
}
