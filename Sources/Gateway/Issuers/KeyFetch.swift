internal import Auth
internal import StrictJSON
internal import Text

/// Fetches an issuer's key set.
struct KeyFetch {
    let issuer: TokenIssuer

    private var fetch: BoundedFetch {
        BoundedFetch(authorities: issuer.authorities, bytesMax: TokenLimits.keySetBytesMax)
    }

    /// The key set at an address.
    func keySet(at address: KeyAddress) async throws(KeyReadingFault) -> [UInt8] {
        try await fetch.get(address, accept: "application/jwk-set+json, application/json")
    }

    /// The key set at the address that the issuer's metadata names.
    func keySet(discoveredAt base: KeyAddress) async throws(KeyReadingFault) -> [UInt8] {
        guard let place = base.metadata else {
            throw KeyReadingFault("an issuer with a query has no metadata; name its jwks_url")
        }
        let text = try await fetch.get(place, accept: "application/json")
        guard let metadata = try? StrictJSON.parse(text, limits: .metadata) else {
            throw KeyReadingFault("\(place.text) does not answer with one JSON object")
        }
        guard metadata["issuer"]?.string?.isExactly(issuer.issuer) ?? false else {
            throw KeyReadingFault("\(place.text) is the metadata of another issuer")
        }
        guard let named = metadata["jwks_uri"]?.string, let keys = base.following(named),
            keys.host == base.host || !PrivateAddresses.contain(keys.host)
        else {
            throw KeyReadingFault(
                "\(place.text) names no address that keys are fetched from; name its jwks_url")
        }
        return try await keySet(at: keys)
    }
}

extension JSONLimits {
    /// Fits the metadata of an issuer.
    fileprivate static let metadata = JSONLimits(
        bytesMax: TokenLimits.keySetBytesMax, depthMax: 16, valuesMax: 10_000)
}
