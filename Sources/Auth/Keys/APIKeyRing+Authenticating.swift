internal import PKI
internal import Policy

/// Keys as credentials.
extension APIKeyRing: CredentialAuthenticator {
    /// Everything in `X-API-Key`, and a bearer that begins as a key does.
    public func recognises(_ credential: RawCredential) -> Bool {
        switch credential.carrier {
        case .apiKeyHeader: true
        case .bearer: APIKeyText.hasPrefix(credential.bytes)
        case .sessionCookie: false
        }
    }

    /// Judges a key: form and checksum first, then the secret, then everything it is bound to.
    public func authenticate(
        _ credential: RawCredential, _ circumstances: CredentialCircumstances
    ) -> CredentialAnswer {
        guard let text = APIKeyText(parsing: credential.bytes) else {
            return refused("key_malformed", "not an API key, or its checksum is wrong")
        }
        let entry = lookUp(text.id)
        let now = circumstances.nowNanoseconds
        // The same work for a key that there is and one that there is not.
        let hash = APIKeyRing.hash(text.bytes)
        let secrets = entry?.key.secrets ?? [.init(hash: [UInt8](repeating: 0, count: 32))]
        var found: APIKey.Secret?
        for secret in secrets where isEqual(secret.hash, hash) { found = secret }
        guard let entry else { return refused("key_unknown", "no API key \(text.id)") }
        let key = entry.key
        guard let found else { return refused("key_secret", "wrong secret of API key \(key.id)") }
        if key.revokedNanoseconds != nil { return refused("key_revoked", "\(key.id) is revoked") }
        if let ends = found.endsNanoseconds, ends <= now {
            return refused("key_rotated", "the grace of an old secret of \(key.id) is over")
        }
        guard key.startsNanoseconds <= now else {
            return refused("key_not_yet_valid", "\(key.id) is not valid yet")
        }
        guard now < key.endsNanoseconds else { return refused("key_expired", "\(key.id) expired") }
        if let refusal = binding(of: entry, circumstances) { return .refused(refusal) }
        guard let owner = entry.owner else {
            return refused("key_owner", "the owner of \(key.id) is no principal any more")
        }
        var principal = Principal(kind: .key, id: key.id, authentication: .apiKey)
        principal.apiKeyScopes = key.scopes
        return .verified(
            VerifiedCredential(
                principal: principal, ceiling: owner,
                strength: key.spiffeID == nil ? .bearer : .bound, credentialID: key.id,
                expiresAtNanoseconds: min(key.endsNanoseconds, found.endsNanoseconds ?? .max),
                meter: entry.meter))
    }

    private func binding(
        of entry: Entry, _ circumstances: CredentialCircumstances
    ) -> CredentialRefusal? {
        let key = entry.key
        if !key.cidrs.isEmpty {
            guard let address = circumstances.sourceIP, entry.ranges.count == key.cidrs.count,
                entry.ranges.contains(where: { $0.contains(address) })
            else {
                return CredentialRefusal(
                    code: "key_address", reason: "\(key.id) is not for this client address")
            }
        }
        if let wanted = key.spiffeID, circumstances.peer?.spiffeID.description != wanted {
            return CredentialRefusal(
                code: "key_certificate", reason: "\(key.id) is bound to another client certificate")
        }
        return nil
    }

    private func refused(_ code: String, _ reason: String) -> CredentialAnswer {
        .refused(CredentialRefusal(code: code, reason: reason))
    }

    /// Takes the same time wherever the two differ.
    private func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
