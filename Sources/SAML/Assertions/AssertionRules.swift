internal import Text

/// What an assertion must say to open a session here and now (SAML Profiles section 4.1.4.3).
public struct AssertionRules: Sendable {
    /// The provider's entity id.
    let issuer: String
    /// Our own.
    let audience: String
    /// Where the response must have been sent.
    let recipient: String
    /// The id of the request that it answers.
    let request: String
    /// The wall clock, seconds since the Unix epoch.
    let nowSeconds: Int64
    /// How far clocks may differ.
    let skewSeconds: Int64

    /// Rules for the answer to one request.
    public init(
        issuer: String, audience: String, recipient: String, request: String, nowSeconds: Int64,
        skewSeconds: Int64 = SAMLLimits.skewSecondsDefault
    ) {
        self.issuer = issuer
        self.audience = audience
        self.recipient = recipient
        self.request = request
        self.nowSeconds = nowSeconds
        self.skewSeconds = skewSeconds
    }

    /// Judges an assertion.
    ///
    /// - Returns: When it ends to be good, seconds since the Unix epoch: until then it must not be used again.
    /// - Throws: ``SAMLRefusal``.
    func judge(_ assertion: SAMLAssertion) throws(SAMLRefusal) -> Int64 {
        guard assertion.issuer.isExactly(issuer) else {
            throw .mismatch("the assertion is another issuer's")
        }
        try checkTime(assertion.notBefore, assertion.notOnOrAfter, "Conditions")
        guard !assertion.audiences.isEmpty,
            assertion.audiences.allSatisfy({ list in list.contains { $0.isExactly(audience) } })
        else { throw .mismatch("the assertion is for another audience") }
        let end = try confirm(assertion)
        guard !assertion.statements.isEmpty else {
            throw .claims("the assertion tells of no sign-on")
        }
        for statement in assertion.statements {
            guard statement.instant - skewSeconds <= nowSeconds else {
                throw .time("AuthnInstant is in the future")
            }
            if let end = statement.sessionNotOnOrAfter, nowSeconds >= end + skewSeconds {
                throw .time("the provider's session is over")
            }
        }
        return max(end, assertion.notOnOrAfter ?? end) + skewSeconds
    }

    /// Exactly one confirmation, that of a bearer: to us, for this request, and now.
    private func confirm(_ assertion: SAMLAssertion) throws(SAMLRefusal) -> Int64 {
        guard assertion.confirmations.count == 1, let one = assertion.confirmations.first,
            one.method == SAMLNames.bearer
        else { throw .mismatch("there is not exactly one SubjectConfirmation, of a bearer") }
        guard let recipient = one.recipient, recipient.isExactly(self.recipient) else {
            throw .mismatch("the Recipient is not where this was sent")
        }
        guard let answered = one.inResponseTo, answered.isExactly(request) else {
            throw .mismatch("the assertion answers another request, or none")
        }
        // SAML Profiles section 4.1.4.2: it has an end and no beginning.
        guard let end = one.notOnOrAfter, one.notBefore == nil else {
            throw .time("SubjectConfirmationData has no NotOnOrAfter, or a NotBefore")
        }
        guard nowSeconds < end + skewSeconds else { throw .time("the confirmation is over") }
        return end
    }

    private func checkTime(
        _ start: Int64?, _ end: Int64?, _ what: String
    ) throws(SAMLRefusal) {
        if let start, nowSeconds < start - skewSeconds { throw .time("\(what): not yet good") }
        guard let end else { throw .time("\(what): without an end") }
        guard nowSeconds < end + skewSeconds else { throw .time("\(what): over") }
    }
}
