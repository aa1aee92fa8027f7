internal import Policy

extension SessionRing: Authenticator {
    /// Judges the session cookie, and a bearer token that begins as a session does.
    public func authenticate(
        _ credential: Credential, nowNanoseconds now: Int64
    ) -> Authentication {
        switch credential {
        case .session(let token): return judge(token, now)
        case .bearer(let token) where SecretText.hasPrefix(token.bytes, .session):
            return judge(token, now)
        case .bearer, .apiKey, .certificate: return .notMine
        }
    }

    /// The id of the session that a credential is; nil where it is none that there is.
    public func id(of credential: Credential) -> String? {
        switch credential {
        case .session(let token), .bearer(let token):
            SecretText(parsing: token.bytes, .session).flatMap { lookUp($0.hash)?.session.id }
        case .apiKey, .certificate: nil
        }
    }

    /// Form and checksum first, then whether there is one, then all that it hangs on; whoever sent it hears nothing of which it was.
    private func judge(_ token: RawToken, _ now: Int64) -> Authentication {
        guard let text = SecretText(parsing: token.bytes, .session) else {
            return Self.refused("session_malformed", "no session, or its checksum is wrong")
        }
        guard let entry = lookUp(text.hash) else {
            return Self.refused("session_unknown", "there is no such session, or none any more")
        }
        let id = entry.session.id
        if bootstrapTokens.resets.isVoid(
            entry.session.holder, madeBy: entry.session.createdSequence)
        {
            return Self.refused("session_reset", "session \(id) is of a bootstrap that was reset")
        }
        if isOver(entry, now) { return Self.refused("session_expired", "session \(id) is over") }
        let idleEnd = idleEnd(of: entry)
        if now >= idleEnd { return Self.refused("session_idle", "session \(id) was not used") }
        guard let principal = entry.principal else {
            return Self.refused(
                "session_unvouched", "the issuer that session \(id) was opened by is not taken now")
        }
        if isRevoked(entry) {
            return Self.refused(
                "session_revoked", "what session \(id) was opened with is revoked")
        }
        if certificates?.isSuspended(entry.session) == true {
            return Self.refused(
                "session_suspended", "what session \(id) was opened with is being revoked")
        }
        return .principal(
            principal, validUntilNanoseconds: min(end(of: entry.session), idleEnd),
            conditions: CredentialConditions(certificateSHA256: entry.session.proof.boundTo),
            terms: entry.terms,
            evidence: CredentialEvidence(
                .session, id: id, issuer: entry.session.proof.issuer,
                strength: entry.session.proof.boundTo == nil ? .bearer : .bound))
    }

    /// Whether it is over by the wall clock, or by the clock that nobody sets.
    func isOver(_ entry: Entry, _ now: Int64) -> Bool {
        now >= end(of: entry.session) || elapsed() >= entry.elapsedEndNanoseconds
    }

    /// When it ends unless it is used until then.
    func idleEnd(of entry: Entry) -> Int64 {
        let end = entry.terms.usedNanoseconds.addingReportingOverflow(bounds.idleNanoseconds)
        return end.overflow ? .max : end.partialValue
    }

    /// Whether what it was opened with is revoked: a token by its name, of its holder, or of its issuer, or a certificate.
    func isRevoked(_ entry: Entry) -> Bool {
        if certificates?.isRevoked(entry.session) == true { return true }
        guard let issuer = entry.issuer else { return false }
        let proof = entry.session.proof
        return revocations.isRevoked(
            proof.tokenID, of: entry.session.holder.id, from: issuer,
            issuedSeconds: proof.issuedSeconds)
    }

    private static func refused(_ code: String, _ reason: String) -> Authentication {
        .refused(.unproven(code, reason))
    }
}
