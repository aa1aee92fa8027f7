public import PKI
internal import Policy

/// Judges what people sign on with: a token of a configured issuer, or an operator's certificate.
///
/// What a request shows was judged when it came; it is judged here once more, since a session outlives what it is opened with.
public struct SignOnProofs: Sendable {
    private let tokens: TokenAuthenticator
    private let certificates: CertificateAuthenticator

    /// Takes the judges of both.
    package init(_ tokens: TokenAuthenticator, _ certificates: CertificateAuthenticator) {
        self.tokens = tokens
        self.certificates = certificates
    }

    /// Who somebody is by what a request showed: its own credential, or the connection's certificate.
    public func judge(
        _ credential: Credential?, on peer: VerifiedPeer?, nowNanoseconds now: Int64
    ) -> Result<SignedOn, SessionRefusal> {
        switch credential {
        case .bearer(let raw)
        where !APIKeyText.hasPrefix(raw.bytes) && !SecretText.hasPrefix(raw.bytes, .session):
            do throws(TokenRefusal) {
                return judge(try tokens.judge(raw, nowNanoseconds: now), on: peer)
            } catch {
                return .failure(.badProof(.token(error)))
            }
        case .certificate(let peer): return judge(peer, now)
        case .bearer, .apiKey, .session, nil: return .failure(.noProof)
        }
    }

    private func judge(
        _ token: TokenAuthenticator.Judged, on peer: VerifiedPeer?
    ) -> Result<SignedOn, SessionRefusal> {
        let conditions = CredentialConditions(certificateSHA256: token.certificateSHA256)
        if let refusal = conditions.refusal(of: peer) { return .failure(.badProof(refusal)) }
        // One of ours is short by purpose, and came from one that opens a session itself.
        guard let issuer = token.issuer, token.principal.kind == .user else {
            return .failure(.noProof)
        }
        var proof = SessionProof(method: .token)
        proof.provider = issuer.name
        proof.issuer = issuer.issuer
        proof.tokenID = token.verdict.tokenID
        proof.issuedSeconds = token.verdict.issuedSeconds
        proof.boundTo = token.certificateSHA256
        return .success(
            SignedOn(principal: token.principal, proof: proof, endsNanoseconds: nil))
    }

    private func judge(_ peer: VerifiedPeer, _ now: Int64) -> Result<SignedOn, SessionRefusal> {
        switch certificates.authenticate(peer) {
        case .failure(let refusal): return .failure(.badProof(refusal))
        case .success(let principal):
            guard principal.kind == .operator else { return .failure(.noProof) }
            guard now < peer.notAfterNanoseconds else {
                return .failure(.badProof(.certificateExpired))
            }
            var proof = SessionProof(method: .certificate)
            proof.serial = peer.serial
            proof.authorities = peer.authorityKeyIDs
            return .success(
                SignedOn(
                    principal: principal, proof: proof, endsNanoseconds: peer.notAfterNanoseconds))
        }
    }
}
