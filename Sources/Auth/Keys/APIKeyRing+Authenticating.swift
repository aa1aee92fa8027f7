internal import Policy

extension APIKeyRing: Authenticator {
    /// Judges what stands in `X-API-Key`, and a bearer token that begins as a key does.
    public func authenticate(
        _ credential: Credential, nowNanoseconds now: Int64
    ) -> Authentication {
        switch credential {
        case .apiKey(let token): return judge(token, now)
        case .bearer(let token) where APIKeyText.hasPrefix(token.bytes): return judge(token, now)
        case .bearer, .session, .certificate: return .notMine
        }
    }

    /// Form and checksum first, then the secret, then all that it hangs on; whoever sent it hears nothing of which it was.
    private func judge(_ token: RawToken, _ now: Int64) -> Authentication {
        guard let text = APIKeyText(parsing: token.bytes) else {
            return Self.refused("key_malformed", "no API key, or its checksum is wrong")
        }
        let entry = lookUp(text.id)
        let secret = Self.secret(of: entry?.key.secrets ?? [], hash: Self.hash(of: text))
        guard let entry else {
            return Self.refused("key_unknown", "there is no API key \(text.id)")
        }
        let key = entry.key
        guard let secret else {
            return Self.refused("key_wrong_secret", "that is no secret of API key \(key.id)")
        }
        if isVoid(key) {
            return Self.refused("key_revoked", "API key \(key.id) is of a bootstrap that was reset")
        }
        if let (code, reason) = Self.fault(of: key, secret, now) {
            return Self.refused(code, "API key \(key.id) \(reason)")
        }
        guard let principal = entry.principal, let terms = entry.terms else {
            return Self.refused(
                "key_unreadable", "what is stored of API key \(key.id) makes no key")
        }
        let until = min(key.endsNanoseconds, secret.endsNanoseconds ?? .max)
        return .principal(
            principal, validUntilNanoseconds: until, terms: terms,
            evidence: CredentialEvidence(
                .apiKey, id: key.id, strength: key.spiffeID == nil ? .bearer : .bound))
    }

    private static func fault(
        of key: APIKey, _ secret: APIKey.Secret, _ now: Int64
    ) -> (code: String, reason: String)? {
        if key.revokedNanoseconds != nil { return ("key_revoked", "is revoked") }
        if now >= key.endsNanoseconds { return ("key_expired", "has expired") }
        if now < key.startsNanoseconds { return ("key_not_yet_valid", "is not valid yet") }
        if let end = secret.endsNanoseconds, now >= end {
            return ("key_rotated", "was rotated, and the grace of this secret is over")
        }
        return nil
    }

    /// The secret of a hash; takes the same time whichever it is, or whether there is any.
    private static func secret(of secrets: [APIKey.Secret], hash: [UInt8]) -> APIKey.Secret? {
        var found: APIKey.Secret?
        for place in 0..<secretsMax {
            let secret = place < secrets.count ? secrets[place] : nil
            if isEqual(secret?.hash ?? nobodys, hash), let secret { found = secret }
        }
        return found
    }

    /// Secrets of one key: the newest, and the one before.
    private static let secretsMax = 2
    private static let nobodys = [UInt8](repeating: 0, count: 32)

    private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func refused(_ code: String, _ reason: String) -> Authentication {
        .refused(.unproven(code, reason))
    }
}
