internal import Policy

/// Verifies JWT-SVIDs against the keys of exactly their own trust domain (JWT-SVID, Workload API section 6.3).
///
/// The algorithm, the exact `kid`, and the algorithm's fit to that key are judged before the signature; no key is
/// ever tried because another is missing.
public final class JWTSVIDVerifier: Sendable {
    private let trust: TrustStore
    private let clockSkewSeconds: Int64

    /// Verifies against what `trust` holds at the time of each call.
    public init(trust: TrustStore, clockSkewSeconds: Int64 = PKILimits.tokenClockSkewSeconds) {
        self.trust = trust
        self.clockSkewSeconds = clockSkewSeconds
    }

    /// Verifies one token in compact form, without a `Bearer` word.
    ///
    /// - Parameters:
    ///   - token: The token as it came.
    ///   - audience: The name under which the verifier goes; it must be in `aud`.
    ///   - nowNanoseconds: Nanoseconds since the Unix epoch.
    /// - Returns: What the token says, or why it is not taken.
    public func verify(
        _ token: String, audience: String, nowNanoseconds: Int64
    ) -> Result<VerifiedJWTSVID, JWTRefusal> {
        do throws(JWTRefusal) {
            return .success(try verified(token, audience, nowNanoseconds))
        } catch {
            return .failure(error)
        }
    }

    private func verified(
        _ token: String, _ audience: String, _ nowNanoseconds: Int64
    ) throws(JWTRefusal) -> VerifiedJWTSVID {
        let jws = try CompactJWS(token)
        let claims = try JWTClaims(jws.payload)
        let snapshot = trust.snapshot
        guard let bundle = snapshot.bundles[claims.subject.trustDomain] else {
            throw .unknownTrustDomain(claims.subject.trustDomain)
        }
        guard !snapshot.revocations.taintedKeyIDs.contains(jws.keyID) else {
            throw .tainted(keyID: jws.keyID)
        }
        guard let key = bundle.jwtKeys.first(where: { $0.keyID == jws.keyID }) else {
            throw .unknownKey(jws.keyID)
        }
        guard key.admits(jws.algorithm) else { throw .wrongAlgorithmForKey(jws.keyID) }
        guard key.material.isValid(jws.signature, of: jws.signingInput, by: jws.algorithm) else {
            throw .signature
        }
        try checkTimes(claims, now: nowNanoseconds / PKILimits.nanosecondsPerSecond)
        guard claims.audience.contains(where: { $0.utf8.elementsEqual(audience.utf8) }) else {
            throw .audience
        }
        return VerifiedJWTSVID(
            spiffeID: claims.subject, audience: claims.audience,
            expiresAtSeconds: claims.expiresAt, issuedAtSeconds: claims.issuedAt,
            keyID: jws.keyID, claims: claims.value)
    }

    /// No grace at the end; a little at the start, for a clock that runs behind.
    private func checkTimes(_ claims: JWTClaims, now: Int64) throws(JWTRefusal) {
        guard now < claims.expiresAt else { throw .expired(atSeconds: claims.expiresAt) }
        let late = now.addingReportingOverflow(clockSkewSeconds).partialValue
        for start in [claims.notBefore, claims.issuedAt].compactMap({ $0 }) where start > late {
            throw .notYetValid(atSeconds: start)
        }
    }
}
