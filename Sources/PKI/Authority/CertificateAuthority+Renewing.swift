public import Audit
public import Policy

extension CertificateAuthority {
    /// Takes permit and receipt for an identity that is to be issued anew to whoever shows a certificate of it that is still good, when permit and receipt are for exactly that.
    ///
    /// It is the same identity with whatever key the request is for, signed by the authority that signs now: so also whoever has a
    /// certificate of an old or a tainted one gets on. It lasts as long as the one that is shown, or as is asked, and never longer than
    /// that one or the gateway's default, whichever is longer.
    ///
    /// - Parameters:
    ///   - request: What is asked; it names the identity that is shown.
    ///   - shown: The certificate of the connection that it came by.
    ///   - ttlSeconds: How long it is to last; nil for as long as the one that is shown.
    ///   - ttlSecondsDefault: How long certificates last for which nothing else is asked.
    ///   - permit: For `identity.renew` on the service that the identity names, given to whom the certificate names.
    ///   - receipt: Of the same decision.
    ///   - nowNanoseconds: The time.
    /// - Returns: What ``issue(_:nowNanoseconds:mayWait:)`` issues.
    /// - Throws: `PKIError.unproven`, `.notIssued`.
    public func clearRenewal(
        _ request: ParsedCSR, over shown: VerifiedPeer?, ttlSeconds: Int?, ttlSecondsDefault: Int,
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
    ) throws(PKIError) -> Cleared<ClearedLeaf> {
        guard permit.operation.action == .identityRenew else {
            throw .unproven("the permit is for another action")
        }
        let shown = try renewable(shown, asking: permit.principal, nowNanoseconds)
        guard shown.spiffeID == request.spiffeID else {
            throw .notIssued(
                "the request asks for \(request.spiffeID), and the certificate is of"
                    + " \(shown.spiffeID): an identity is renewed by whoever has it")
        }
        let bounds = RenewedLife(
            of: shown, ttlSecondsDefault: ttlSecondsDefault, ttlSecondsMax: rules.ttlSecondsMax)
        var wanted = try clear(
            request, as: shown.spiffeID, ttlSeconds: try bounds.seconds(asked: ttlSeconds),
            permit: permit, receipt: receipt
        ).take()
        wanted.shown = shown
        return Cleared(wanted)
    }

    /// The certificate that somebody shows, if it is theirs and still good.
    private func renewable(
        _ shown: VerifiedPeer?, asking: PrincipalDigest, _ now: Int64
    ) throws(PKIError) -> VerifiedPeer {
        guard let shown else {
            throw .notIssued(
                "the connection shows no certificate: an identity is renewed over one that is good"
            )
        }
        let own = PrincipalDigest(
            kind: Principal.Kind.service.rawValue, id: shown.spiffeID.description)
        guard asking == own else {
            throw .notIssued(
                "the request is not made by \(shown.spiffeID), which the connection's certificate"
                    + " is of: an identity is renewed by whoever has it, without another credential"
            )
        }
        guard now <= shown.notAfterNanoseconds else {
            throw .notIssued("the certificate that is shown has ended meanwhile")
        }
        try checkRenewable(shown)
        return shown
    }

    /// It may have been revoked since it was shown.
    func checkRenewable(_ shown: VerifiedPeer) throws(PKIError) {
        if let refusal = trust.snapshot.revocations.refusal(of: shown, isResumed: false) {
            throw .notIssued(refusal.reason)
        }
    }
}

/// How long a certificate may last that takes another's place.
struct RenewedLife {
    /// How long the one that is shown was given.
    let shown: Int
    /// The longest that may be asked.
    let most: Int

    init(of peer: VerifiedPeer, ttlSecondsDefault: Int, ttlSecondsMax: Int) {
        // Both are seconds of 64 bits of nanoseconds, far from any overflow.
        let end = peer.notAfterNanoseconds / PKILimits.nanosecondsPerSecond
        let begin = peer.notBeforeNanoseconds / PKILimits.nanosecondsPerSecond
        let given = Int(clamping: end - begin - PKILimits.backdateSeconds)
        most = min(max(given, ttlSecondsDefault), ttlSecondsMax)
        shown = min(max(given, PKILimits.ttlSecondsMin), most)
    }

    /// - Throws: `PKIError.notIssued` where more is asked than may be.
    func seconds(asked: Int?) throws(PKIError) -> Int {
        guard let asked else { return shown }
        guard asked <= most else {
            throw .notIssued(
                "a life of \(asked) s is more than the \(most) s that a renewal may last: as long as"
                    + " what it renews, or as identities last here by default")
        }
        return asked
    }
}
