internal import Policy
internal import StrictJSON

/// An answer that says no: RFC 9457 problem details before they are encoded.
struct Problem: Error, Equatable, Sendable {
    let status: UInt16
    /// The stable name, last part of the problem's `type`.
    let code: String
    let title: String
    /// What was wrong and where, for the person who has to mend it.
    let detail: String
    /// The methods for an `Allow` header, with status 405.
    var allow: String?
    /// When to try again, with status 429 or 503.
    var retryAfterSeconds: Int?
    /// The `WWW-Authenticate` value, with status 401.
    var challenge: String?

    /// The body; `sequence` is the number of the audit record of this answer.
    func encoded(sequence: UInt64?) -> [UInt8] {
        var writer = JSONWriter(capacity: 256 + detail.utf8.count)
        writer.raw("{\"type\":\"urn:maxine:problem:")
        writer.raw(code.utf8)
        writer.raw("\",\"title\":")
        writer.string(title)
        writer.raw(",\"status\":")
        writer.integer(status)
        writer.raw(",\"detail\":")
        let record = sequence.map { " (audit record \($0))" } ?? ""
        writer.string(status == 401 || status == 403 ? detail + record : detail)
        if let sequence {
            writer.raw(",\"audit\":")
            writer.integer(sequence)
        }
        writer.raw("}")
        return writer.bytes
    }
}

extension Problem {
    static func malformed(_ detail: String) -> Problem {
        Problem(status: 400, code: "malformed", title: "malformed request", detail: detail)
    }

    static func impossible(_ detail: String) -> Problem {
        Problem(status: 422, code: "impossible-value", title: "impossible value", detail: detail)
    }

    static func notFound(_ detail: String) -> Problem {
        Problem(status: 404, code: "not-found", title: "not found", detail: detail)
    }

    static func tooLarge(_ detail: String) -> Problem {
        Problem(status: 413, code: "too-large", title: "too large", detail: detail)
    }

    static func methodNotAllowed(_ method: String, allow: String) -> Problem {
        Problem(
            status: 405, code: "method-not-allowed", title: "method not allowed",
            detail: "this path takes \(allow), not \(quote(method))", allow: allow)
    }

    /// The journal can't write, so nothing may happen.
    static let auditUnavailable = Problem(
        status: 503, code: "audit-unavailable", title: "audit log unavailable",
        detail: "the audit log can't be written, so nothing is done", retryAfterSeconds: 1)

    /// The journal's queue is full.
    static let overloaded = Problem(
        status: 503, code: "overloaded", title: "overloaded",
        detail: "too many requests wait for the audit log", retryAfterSeconds: 1)

    /// As many slow operations are in flight as may be.
    static let slowLaneFull = Problem(
        status: 503, code: "overloaded", title: "overloaded",
        detail: "too many requests of this kind are in progress", retryAfterSeconds: 1)

    /// A slow operation took too long; it may still be done.
    static let slowDeadline = Problem(
        status: 504, code: "deadline", title: "took too long",
        detail: "the operation takes too long to wait for; it may still be done")

    /// A credential was presented that is not good; never says which part of it.
    static let badCredential = Problem(
        status: 401, code: "not-authenticated", title: "not authenticated",
        detail: "the credential that was presented is not accepted",
        challenge: #"Bearer realm="maxine", error="invalid_token""#)

    /// A credential can't be checked now.
    static let credentialUnavailable = Problem(
        status: 503, code: "credential-unavailable", title: "credential can't be checked",
        detail: "what the credential has to be checked against can't be reached",
        retryAfterSeconds: 5)

    /// A credential's own limit is reached.
    static func rateLimited(retryAfterSeconds: Int) -> Problem {
        Problem(
            status: 429, code: "rate-limited", title: "too many requests",
            detail: "this credential's limit of requests is reached",
            retryAfterSeconds: retryAfterSeconds)
    }

    /// A bug of ours, not of the caller's.
    static func internalError(_ detail: String) -> Problem {
        Problem(status: 500, code: "internal", title: "internal error", detail: detail)
    }

    /// A refusal by policy: names principal, action, resource, gate and rule, as CONTRACT demands.
    static func refused(_ refusal: Refusal, principal: Principal) -> Problem {
        if refusal.gate == .authn {
            return Problem(
                status: 401, code: "not-authenticated", title: "not authenticated",
                detail: "no credential that this gateway accepts: \(refusal.reason)",
                challenge: #"Bearer realm="maxine""#)
        }
        let who = principal.id.isEmpty ? "anonymous" : principal.id
        let rule = refusal.rule.map { ", rule \(quote($0))" } ?? ""
        return Problem(
            status: 403, code: "refused-by-policy", title: "refused by policy",
            detail: "\(who) may not \(refusal.operation.action.name)"
                + "\(target(of: refusal.operation.resource)):"
                + " gate \(refusal.gate.rawValue)\(rule), \(refusal.reason)")
    }

    private static func target(of resource: Resource) -> String {
        guard let service = resource.service else { return "" }
        let instance = resource.id.map { "/\($0)" } ?? ""
        return " \(service)\(instance) in namespace \(resource.namespace)"
    }
}
