internal import Audit
internal import Auth
internal import Crypto
internal import NIOCore
internal import PKI
internal import Policy
internal import Wire

/// Requests that present a credential: the credential is the principal, the certificate stands beside it in the record.
///
/// Decision record 10. A good one is remembered by its digest, so that the fast lane does not verify it again.
extension ClientConnection {
    func authenticate(
        _ request: Request, _ certificate: Standing, _ reply: Reply, _ now: Int64
    ) {
        let credential: RawCredential
        do throws(Problem) {
            credential = try request.credential()
        } catch {
            return refuse(
                CredentialRefusal(code: error.code, reason: error.detail), error, certificate, reply
            )
        }
        let digest = SHA256.hash(data: credential.bytes)
        let epoch = core.credentials.epoch
        if let known = remembered.find(digest, chainEpoch: epoch, nowNanoseconds: now) {
            return proceed(request, known, reply, now)
        }
        let circumstances = CredentialCircumstances(
            nowNanoseconds: now, sourceIP: client.address,
            peer: connection?.tls?.peer as? VerifiedPeer)
        let pending = Pending(
            request: request, digest: digest, epoch: epoch, certificate: certificate, reply: reply)
        settle(core.credentials.authenticate(credential, circumstances), pending)
    }

    /// A request whose credential is being judged.
    struct Pending {
        let request: Request
        let digest: SHA256.Digest
        let epoch: Int
        let certificate: Standing
        let reply: Reply
    }

    private func settle(_ answer: CredentialAnswer, _ pending: Pending) {
        switch answer {
        case .verified(let verified): accept(verified, pending)
        case .refused(let refusal):
            refuse(refusal, .badCredential, pending.certificate, pending.reply)
        case .unavailable(let reason):
            refuse(
                CredentialRefusal(code: "unavailable", reason: reason), .credentialUnavailable,
                pending.certificate, pending.reply)
        case .later(let work): wait(for: work, pending)
        }
    }

    private func wait(
        for work: @escaping @Sendable () async -> CredentialAnswer, _ pending: Pending
    ) {
        let loop = lane.eventLoop
        let bound = NIOLoopBound((connection: self, pending: pending), eventLoop: loop)
        let isTaken = core.slowLane.submit(.work) {
            let answer = await work()
            loop.execute { bound.value.connection.settleLate(answer, bound.value.pending) }
        }
        if !isTaken {
            refuse(
                CredentialRefusal(code: "overloaded", reason: "too many credentials wait"),
                .slowLaneFull, pending.certificate, pending.reply)
        }
    }

    private func settleLate(_ answer: CredentialAnswer, _ pending: Pending) {
        guard connection != nil else { return }
        if case .later = answer {
            return settle(.unavailable("a method did not come to an answer"), pending)
        }
        settle(answer, pending)
    }

    private func accept(_ verified: VerifiedCredential, _ pending: Pending) {
        let now = core.now()
        guard verified.expiresAtNanoseconds > now else {
            return refuse(
                CredentialRefusal(code: "expired", reason: "the credential has expired"),
                .badCredential, pending.certificate, pending.reply)
        }
        let entry = RememberedCredentials.Entry(
            digest: pending.digest, chainEpoch: pending.epoch, credential: verified,
            standing: standing(of: verified, known: nil), generation: client.generation)
        if verified.isCacheable { remembered.keep(entry) }
        proceed(pending.request, entry, pending.reply, now)
    }

    private func proceed(
        _ request: Request, _ entry: RememberedCredentials.Entry, _ reply: Reply, _ now: Int64
    ) {
        var entry = entry
        if entry.standing.active.epoch != core.policies.current.epoch
            || entry.generation != client.generation
        {
            entry.standing = standing(of: entry.credential, known: entry.standing)
            entry.generation = client.generation
            if entry.credential.isCacheable { remembered.keep(entry) }
        }
        var fields: [Response.Field] = []
        if let reading = entry.credential.meter?.take(nowNanoseconds: now) {
            if !reading.policy.isEmpty {
                fields = [
                    .init("ratelimit-policy", reading.policy), .init("ratelimit", reading.state),
                ]
            }
            if let seconds = reading.retryAfterSeconds {
                let limited = self.reply(reply, entry.standing, fields)
                return refuse(
                    CredentialRefusal(code: "rate_limited", reason: "the limit is reached"),
                    .rateLimited(retryAfterSeconds: seconds), entry.standing, limited)
            }
        }
        proceed(request, entry.standing, self.reply(reply, entry.standing, fields), now)
    }

    private func reply(_ reply: Reply, _ standing: Standing, _ fields: [Response.Field]) -> Reply {
        Reply(
            connection: reply.connection, stream: reply.stream, request: reply.request,
            identity: standing.identity, fields: fields)
    }

    /// Resolving a subject can be dear, so that of the same policy is used again when only the agent has changed.
    private func standing(of verified: VerifiedCredential, known: Standing?) -> Standing {
        let active = core.policies.current
        let same = known.flatMap { $0.active.epoch == active.epoch ? $0 : nil }
        return Standing(
            active: active,
            subject: same?.subject ?? active.policy.subject(for: verified.principal),
            ceiling: same?.ceiling ?? verified.ceiling.map { active.policy.subject(for: $0) },
            credential: verified, client: client.fields, subjects: core.subjects)
    }

    /// One record with the reason, one answer without it.
    private func refuse(
        _ refusal: CredentialRefusal, _ problem: Problem, _ standing: Standing, _ reply: Reply
    ) {
        core.metrics.credentialsRefused.add()
        lane.submit(
            Record(
                kind: .decision, request: reply.request, identity: standing.identity,
                action: "credential.present", verdict: .deny, gate: Gate.authn.rawValue,
                reason: "\(refusal.code): \(refusal.reason)", policy: standing.active.fragment,
                status: problem.status),
            .refuse(problem), reply)
    }
}

/// What the connection is known by, for ending it.
extension ClientConnection {
    var facts: ConnectionFacts {
        let peer = connection?.tls?.peer as? VerifiedPeer
        return ConnectionFacts(
            listener: listener, certificateSerial: peer?.serial, spiffeID: peer?.spiffeID,
            authority: peer?.issuerKeyID, principals: [principal] + remembered.principals,
            credentials: remembered.credentialIDs)
    }

    /// Closes the connection at once, with its open streams.
    func end() {
        core.metrics.connectionsEnded.add()
        connection?.abort()
    }
}
