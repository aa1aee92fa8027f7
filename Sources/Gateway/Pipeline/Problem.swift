internal import Audit
internal import Auth
internal import Policy
internal import StrictJSON
internal import Text

/// An answer that says no: RFC 9457 problem details before they are encoded.
package struct Problem: Error, Equatable, Sendable {
    package let status: UInt16
    /// The stable name, last part of the problem's `type`.
    package let code: String
    package let title: String
    /// What was wrong and where, for the person who has to mend it.
    package let detail: String
    /// What the record says instead of the detail; nil for the same.
    var recorded: String?
    private(set) var boxedFields = BoxedFields.none

    /// Header fields that few problems have.
    package var further: FurtherFields {
        get { boxedFields.fields }
        set { boxedFields.fields = newValue }
    }

    package init(
        status: UInt16, code: String, title: String, detail: String, allow: String? = nil,
        retryAfterSeconds: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        guard allow != nil || retryAfterSeconds != nil else { return }
        further = FurtherFields(allow: allow, retryAfterSeconds: retryAfterSeconds)
    }

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
    package static func malformed(_ detail: String) -> Problem {
        Problem(status: 400, code: "malformed", title: "malformed request", detail: detail)
    }

    package static func impossible(_ detail: String) -> Problem {
        Problem(status: 422, code: "impossible-value", title: "impossible value", detail: detail)
    }

    package static func notFound(_ detail: String) -> Problem {
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
    static let auditUnavailable = auditUnavailable("")

    private static func auditUnavailable(_ reason: String) -> Problem {
        Problem(
            status: 503, code: "audit-unavailable", title: "audit log unavailable",
            detail: "the audit log can't be written, so nothing is done" + reason,
            retryAfterSeconds: 1)
    }

    /// The journal's queue is full.
    static let overloaded = Problem(
        status: 503, code: "overloaded", title: "overloaded",
        detail: "too many requests wait for the audit log", retryAfterSeconds: 1)

    /// The client has too much to take already.
    static let answersNotTaken = Problem(
        status: 503, code: "answers-not-taken", title: "answers not taken",
        detail: "too many bytes of other answers wait for this client to take them",
        retryAfterSeconds: 1)

    /// More than the principal, or the source of somebody unknown, may ask.
    static func tooMany(_ overrun: RateOverrun) -> Problem {
        var problem = Problem(
            status: 429, code: "rate-limited", title: "too many requests",
            detail: "more than \(overrun.rate.perSecond) requests a second of this"
                + " \(overrun.scope.rawValue); try again in \(overrun.waitSeconds) s",
            retryAfterSeconds: overrun.waitSeconds)
        problem.further.overrun = overrun
        return problem
    }

    /// The principal has as many connections as it may.
    static func tooManyConnections(most: Int) -> Problem {
        Problem(
            status: 429, code: "too-many-connections", title: "too many connections",
            detail: "this principal has \(most) connections already, as many as it may"
                + " (\(ConfigurationName.connectionsPerPrincipal)); use those, or close some",
            retryAfterSeconds: 1)
    }

    /// Why the journal takes no record.
    static func unrecorded(_ error: AuditError) -> Problem {
        switch error {
        case .queueFull: .overloaded
        case .recordTooLarge(let bytes): .tooLarge("the request's audit record has \(bytes) bytes")
        case .refusing(let reason): .auditUnavailable(": \(reason)")
        case .closed, .malformedDetail, .damaged, .locked, .io, .replayFailed,
            .lost, .nothingLost, .misconfigured:
            .auditUnavailable
        }
    }

    /// The certificate of the connection is being revoked, or is.
    static let certificateRevoked = notAuthenticated(AuthRefusal.certificateRevoked.reason)

    /// A credential that is no good; it is never fallen back from to a weaker one.
    ///
    /// The client is told `reason`; the record says `recorded`, where that is given.
    package static func notAuthenticated(_ reason: String, recorded: String? = nil) -> Problem {
        let what = "no credential that this gateway accepts: "
        var problem = Problem(
            status: 401, code: "not-authenticated", title: "not authenticated",
            detail: what + reason)
        problem.recorded = recorded.map { what + $0 }
        return problem
    }

    /// A bug of ours, not of the caller's.
    package static func internalError(_ detail: String) -> Problem {
        Problem(status: 500, code: "internal", title: "internal error", detail: detail)
    }

    /// A refusal by policy: names principal, action, resource, gate and rule, as CONTRACT demands.
    static func refused(_ refusal: Refusal, principal: Principal) -> Problem {
        if refusal.isOfALock {
            return .notAuthenticated(AuthRefusal.invalidToken.answer, recorded: refusal.reason)
        }
        if refusal.gate == .authn {
            return .notAuthenticated(refusal.reason)
        }
        let who = principal.id.isEmpty ? "anonymous" : principal.id
        let rule = refusal.rule.map { ", rule \(quote($0))" } ?? ""
        let object = refusal.object.map { " (\($0))" } ?? ""
        return Problem(
            status: 403, code: "refused-by-policy", title: "refused by policy",
            detail: "\(who) may not \(refusal.operation.action.name)"
                + "\(target(of: refusal.operation.resource))\(object):"
                + " gate \(refusal.gate.rawValue)\(rule), \(refusal.reason)")
    }

    private static func target(of resource: Resource) -> String {
        guard let service = resource.service else { return resource.id.map { " \($0)" } ?? "" }
        let instance = resource.id.map { "/\($0)" } ?? ""
        return " \(service)\(instance) in namespace \(resource.namespace)"
    }
}

extension Problem: CustomStringConvertible {
    /// One line for people.
    package var description: String { "\(title): \(detail)" }
}
