internal import Auth
internal import Crypto
internal import Policy

/// The credentials that a connection has presented lately and that were good: the newest few, by digest.
///
/// The bytes themselves are not kept.
struct RememberedCredentials {
    struct Entry {
        let digest: SHA256.Digest
        let chainEpoch: Int
        let credential: VerifiedCredential
        var standing: Standing
        /// The client facts that the standing was made with.
        var generation: Int
    }

    private var entries: [Entry] = []

    /// The entry of a credential that is still good.
    func find(_ digest: SHA256.Digest, chainEpoch: Int, nowNanoseconds now: Int64) -> Entry? {
        entries.first {
            $0.digest == digest && $0.chainEpoch == chainEpoch
                && $0.credential.expiresAtNanoseconds > now
        }
    }

    /// Keeps an entry in front; the oldest makes room for it.
    mutating func keep(_ entry: Entry) {
        entries.removeAll { $0.digest == entry.digest || $0.chainEpoch != entry.chainEpoch }
        entries.insert(entry, at: 0)
        if entries.count > ExchangeLimits.rememberedCredentialsMax { entries.removeLast() }
    }

    var principals: [Principal] { entries.map(\.credential.principal) }
    var credentialIDs: [String] { entries.map(\.credential.credentialID) }
}
