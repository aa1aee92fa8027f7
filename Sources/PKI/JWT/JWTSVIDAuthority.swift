public import Audit
internal import NIOConcurrencyHelpers
public import Policy
internal import StrictJSON

/// A JWT-SVID as it is handed out.
public struct IssuedJWTSVID: Sendable, Equatable {
    /// The token in compact form; a bearer credential: never log or record it.
    public let token: String
    /// The identity.
    public let spiffeID: SPIFFEID
    /// Whom it is for.
    public let audience: [String]
    /// The end of the validity, seconds since the Unix epoch.
    public let expiresAtSeconds: Int64
    /// The token's own name (`jti`), for the record of who got what.
    public let tokenID: String
    /// The key that signed it.
    public let keyID: String
}

/// Signs JWT-SVIDs of one trust domain with the key that is active now.
///
/// What is signed is verified by our own rules before it is handed out.
public final class JWTSVIDAuthority: Sendable {
    struct Signer: Sendable {
        let key: any PKI.Signer
        let published: JWTKey

        init(_ key: any PKI.Signer) throws(PKIError) {
            self.key = key
            published = JWTKey(try key.publicKey())
        }
    }

    /// The trust domain whose identities are issued.
    public let trustDomain: String
    /// The issuer that tokens name (`iss`), so that OpenID clients find the keys; nil names none.
    public let issuer: String?
    /// The longest life of a token, in seconds.
    public let ttlSecondsMax: Int
    private let template: IdentityTemplate
    private let verifier: JWTSVIDVerifier
    private let signer: NIOLockedValueBox<Signer?>

    init(
        trustDomain: String, issuer: String?, ttlSecondsMax: Int, template: IdentityTemplate,
        trust: TrustStore
    ) {
        self.trustDomain = trustDomain
        self.issuer = issuer
        self.ttlSecondsMax = ttlSecondsMax
        self.template = template
        verifier = JWTSVIDVerifier(trust: trust)
        signer = NIOLockedValueBox(nil)
    }

    /// Puts another key in place; it must be in the published bundle already.
    func use(_ next: Signer?) {
        signer.withLockedValue { $0 = next }
    }

    /// Issues a token for a service, when permit and receipt are for exactly that.
    ///
    /// The permit must be for `identity.issue` or `identity.renew` on the service and namespace that the SPIFFE ID
    /// names, and the receipt must be of the same decision.
    /// - Throws: `PKIError.unproven`, `.notIssued`, `.authorityEnding`, `.signingFailed`.
    public func issue(
        _ id: SPIFFEID, audience: [String], ttlSeconds: Int = PKILimits.tokenTTLSecondsDefault,
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
    ) throws(PKIError) -> IssuedJWTSVID {
        let operation = permit.operation
        guard permit.decisionID == receipt.decisionID else {
            throw .unproven("permit and receipt are of different decisions")
        }
        guard operation.action == .identityIssue || operation.action == .identityRenew else {
            throw .unproven("the permit is for \(operation.action.name)")
        }
        guard let service = template.serviceIdentity(of: id) else {
            throw .notIssued("\(id.description.quotedForPeople) is not the name of a service")
        }
        guard operation.resource.service == service.service,
            operation.resource.namespace == service.namespace
        else { throw .unproven("the permit is for another service") }
        return try sign(
            id, audience: audience, ttlSeconds: ttlSeconds, nowNanoseconds: nowNanoseconds)
    }

    /// Signs without a permit; what callers outside this module may reach is `issue`.
    package func sign(
        _ id: SPIFFEID, audience: [String], ttlSeconds: Int, nowNanoseconds: Int64
    ) throws(PKIError) -> IssuedJWTSVID {
        guard id.trustDomain == trustDomain else {
            throw .notIssued("\(id.trustDomain.quotedForPeople) is not our trust domain")
        }
        guard !id.path.isEmpty else { throw .notIssued("a trust domain's own ID gets no token") }
        try checkAudience(audience)
        guard (1...ttlSecondsMax).contains(ttlSeconds) else {
            throw .notIssued("a life of \(ttlSeconds) s is not within 1 to \(ttlSecondsMax) s")
        }
        guard let signer = signer.withLockedValue({ $0 }) else {
            throw .signingFailed("no JWT signing key is active")
        }
        let now = nowNanoseconds / PKILimits.nanosecondsPerSecond
        let issued = try Self.token(
            IssuedJWTSVID(
                token: "", spiffeID: id, audience: audience,
                expiresAtSeconds: now + Int64(ttlSeconds), tokenID: Self.randomID(),
                keyID: signer.published.keyID),
            issuedAt: now, issuer: issuer, signer: signer)
        try recheck(issued, nowNanoseconds: nowNanoseconds)
        return issued
    }

    private func checkAudience(_ audience: [String]) throws(PKIError) {
        guard (1...PKILimits.audiencesMax).contains(audience.count) else {
            throw .notIssued("1 to \(PKILimits.audiencesMax) audiences are needed")
        }
        for name in audience {
            guard (1...PKILimits.audienceBytesMax).contains(name.utf8.count) else {
                throw .notIssued("an audience is 1 to \(PKILimits.audienceBytesMax) bytes")
            }
        }
    }

    /// What the signer returned goes through our own verifier before anyone gets it.
    private func recheck(_ issued: IssuedJWTSVID, nowNanoseconds: Int64) throws(PKIError) {
        switch verifier.verify(
            issued.token, audience: issued.audience.first ?? "", nowNanoseconds: nowNanoseconds)
        {
        case .success(let seen):
            guard seen.spiffeID == issued.spiffeID, seen.audience == issued.audience,
                seen.expiresAtSeconds == issued.expiresAtSeconds
            else { throw .signingFailed("the token that was made is not what was asked for") }
        case .failure(let refusal):
            throw .signingFailed("the token that was made is not valid: \(refusal.reason)")
        }
    }
}

extension JWTSVIDAuthority {
    private static func token(
        _ draft: IssuedJWTSVID, issuedAt: Int64, issuer: String?, signer: Signer
    ) throws(PKIError) -> IssuedJWTSVID {
        var header = JSONWriter()
        header.raw("{\"alg\":\"ES256\",\"kid\":")
        header.string(draft.keyID)
        header.raw(",\"typ\":\"JWT\"}")
        var claims = JSONWriter()
        claims.raw("{\"sub\":")
        claims.string(draft.spiffeID.description)
        claims.raw(",\"aud\":")
        claims.strings(draft.audience)
        claims.raw(",\"exp\":")
        claims.integer(draft.expiresAtSeconds)
        claims.raw(",\"iat\":")
        claims.integer(issuedAt)
        if let issuer {
            claims.raw(",\"iss\":")
            claims.string(issuer)
        }
        claims.raw(",\"jti\":")
        claims.string(draft.tokenID)
        claims.raw("}")
        let input = Base64URL.encode(header.bytes) + "." + Base64URL.encode(claims.bytes)
        let signature = try signer.key.rawSignature(of: Array(input.utf8))
        return IssuedJWTSVID(
            token: input + "." + Base64URL.encode(signature),
            spiffeID: draft.spiffeID, audience: draft.audience,
            expiresAtSeconds: draft.expiresAtSeconds, tokenID: draft.tokenID, keyID: draft.keyID)
    }

    /// 128 random bits.
    private static func randomID() -> String {
        hexText((0..<16).map { _ in UInt8.random(in: 0...255) })
    }
}
