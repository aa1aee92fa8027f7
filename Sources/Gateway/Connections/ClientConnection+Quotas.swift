internal import Auth
internal import Policy
internal import Wire

/// Quotas of credentials: a request that counts against one says so in its answer.
extension ClientConnection {
    /// Counts a request; the seconds to wait if it is one too many.
    @inline(__always)
    func take(_ terms: any CredentialTerms, _ reply: Reply, at now: Int64) -> Int? {
        guard let reading = terms.take(nowNanoseconds: now) else { return nil }
        quotas[reply.token] = reading
        return reading.waitSeconds
    }

    /// Answers at once, like what is over a rate.
    @inline(never)
    func refuse(
        quotaOverFor seconds: Int, _ action: String, _ asker: Asker, _ reply: Reply
    ) {
        refuseUnrecorded(.quotaOver(seconds), action, asker, reply)
    }

    /// Answers at once somebody known who asks too much: counted, and recorded by the quota of such refusals.
    func refuseUnrecorded(
        _ problem: Problem, _ action: String, _ asker: Asker, _ reply: Reply
    ) {
        core.metrics.limited.add()
        let kind = RefusalKind(
            action: action, gate: Gate.none.rawValue, code: problem.code, status: problem.status)
        core.noise.limited(kind, asker.standing.subject.principal) {
            Deciding.record(of: problem, by: asker, action: action)
        }
        lane.refuseUnrecorded(problem, reply)
    }

    /// Adds the fields of draft-ietf-httpapi-ratelimit-headers-10 where the request has a quota, and ours where its key ends soon.
    @inline(__always)
    func addQuota(to response: inout Response, of reply: Reply) {
        guard !quotas.isEmpty, let reading = quotas.removeValue(forKey: reply.token) else { return }
        if !reading.policyField.isEmpty {
            response.fields.append(.init("ratelimit-policy", reading.policyField))
            response.fields.append(.init("ratelimit", reading.stateField))
        }
        if let end = reading.endField { response.fields.append(.init("x-api-key-expires", end)) }
    }
}

extension Problem {
    /// More than a credential's own quota.
    fileprivate static func quotaOver(_ seconds: Int) -> Problem {
        Problem(
            status: 429, code: "rate-limited", title: "too many requests",
            detail: "this API key's quota is used up; try again in \(seconds) s",
            retryAfterSeconds: seconds)
    }
}
