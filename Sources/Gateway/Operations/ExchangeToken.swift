internal import Audit
internal import Auth
internal import Policy
internal import StrictJSON
internal import Text

/// Gives a token of ours in exchange for that of a configured issuer, to whom that one is for.
struct ExchangeToken: FastOperation {
    typealias Success = ExchangedToken

    let plan: ExchangePlan

    static var action: Action { .identityToken }
    static var isChange: Bool { true }
    /// The audience; nil for this gateway.
    var resource: Resource { Resource(id: plan.audience) }

    /// The name that the token will have, so that it can be revoked whatever becomes of the outcome.
    func intentDetail(_ people: RecordedPeople) -> [UInt8]? {
        var writer = JSONWriter()
        writer.raw("{\"jti\":")
        writer.string(plan.tokenID)
        writer.raw("}")
        return writer.bytes
    }

    func report(of made: ExchangedToken) -> OutcomeReport {
        var writer = JSONWriter()
        writer.raw("{\"jti\":")
        writer.string(made.tokenID)
        writer.raw(",\"kid\":")
        writer.string(made.keyID)
        writer.raw(",\"expires\":")
        writer.string(
            CivilTime.rfc3339(
                nanoseconds: made.endSeconds.multipliedReportingOverflow(by: 1_000_000_000)
                    .partialValue))
        writer.raw(made.isBound ? ",\"bound\":true}" : "}")
        return OutcomeReport(detail: writer.bytes)
    }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        effects.services.tokens.exchange(
            plan, permit: permit, receipt: receipt, nowNanoseconds: effects.nowNanoseconds
        ).mapError(Problem.init)
    }
}

extension Problem {
    /// Why there is no token, without a word of what was wrong with the subject's.
    init(_ refusal: ExchangeRefusal) {
        switch refusal {
        case .subject(let token): self = .subjectRefused(recorded: "\(token.code): \(token.reason)")
        case .session: self = .subjectRefused(recorded: "\(refusal.code): \(refusal)")
        case .asItIs:
            self = .badExchange(
                "subject_token is a session: use it here as it is, or ask for another audience")
        case .ownToken:
            self = .badExchange(
                "subject_token is one of this gateway's own: exchange the one that it came from")
        case .nearlyOver: self = .badExchange("subject_token ends within a second")
        case .audience:
            self = Problem(
                status: 400, code: "invalid-target", title: "no such audience",
                detail: "no tokens are made for that audience; the configuration names those that"
                    + " may be asked for (\(ConfigurationName.tokenAudiences))")
        case .tooLong:
            self = .badExchange("subject_token says more than a token of ours can hold")
        case .unproven(let reason): self = .internalError(reason)
        case .unsigned: self = .internalError("the token could not be signed")
        case .keysUnwritten:
            self.init(
                status: 503, code: "token-keys-unavailable", title: "no key to sign with",
                detail: "no token can be made until the keys of tokens can be written",
                retryAfterSeconds: 60)
        }
    }

    /// A request for a token that can't be granted as it stands.
    static func badExchange(_ detail: String) -> Problem {
        Problem(
            status: 400, code: "invalid-request", title: "no such exchange", detail: detail)
    }

    /// A subject token that is no good: one answer whatever is wrong with it (RFC 8693 section 2.2.2).
    static func subjectRefused(recorded: String) -> Problem {
        var problem = Problem(
            status: 400, code: "subject-not-accepted", title: "subject not accepted",
            detail: "subject_token is not one that this gateway accepts")
        problem.recorded = recorded
        return problem
    }
}
