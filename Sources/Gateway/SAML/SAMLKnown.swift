internal import Crypto
internal import PKI
internal import SAML
internal import Text

/// What is known of a SAML provider by its metadata.
struct SAMLKnown: Sendable {
    let metadata: SAMLMetadata
    /// Its signing keys of a kind and size that is taken.
    let keys: [SignatureKey]
    /// SHA-256 of the certificates of those, in hexadecimal digits.
    let fingerprints: [String]
    /// When the last of the certificates ends, seconds since the Unix epoch.
    let certificateEndSeconds: Int64

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - bytes: The document.
    ///   - entity: Whose is meant; nil for the only one.
    ///   - signers: Keys of which one must have signed it; nil where where it comes from is enough.
    ///   - nowSeconds: The wall clock.
    /// - Throws: `SAMLRefusal`, also where it has ended, or has no key that is taken.
    init(
        _ bytes: [UInt8], entity: String?, signers: [SignatureKey]?, nowSeconds: Int64
    ) throws(SAMLRefusal) {
        metadata = try SAMLMetadata(bytes, entityID: entity, signers: signers)
        guard metadata.isValid(atSeconds: nowSeconds) else {
            throw .time("the metadata has ended (validUntil)")
        }
        var found: [(key: SignatureKey, fingerprint: String, end: Int64)] = []
        for certificate in metadata.certificates {
            guard let info = PublishedCertificate.subjectPublicKeyInfo(of: certificate),
                let end = PublishedCertificate.endSeconds(of: certificate),
                let key = SignatureKey(subjectPublicKeyInfo: info)
            else { continue }
            found.append((key, Self.fingerprint(of: certificate), end))
        }
        guard let end = found.map(\.end).max() else {
            throw .structure("the metadata holds no signing key of a kind and size that is taken")
        }
        keys = found.map(\.key)
        fingerprints = found.map(\.fingerprint)
        certificateEndSeconds = end
    }

    /// Where messages of single logout are sent by an address; nil where it names no such place.
    var signOff: SAMLMetadata.Endpoint? { metadata.signOff.first { $0.binding == .redirect } }

    /// How long it need not be asked for again, in seconds.
    func cacheSeconds(from now: Int64) -> Int64 {
        let bounds = SAMLBounds.cacheSeconds
        let said = metadata.cacheSeconds ?? SAMLBounds.cacheSecondsDefault
        let clamped = min(max(said, bounds.lowerBound), bounds.upperBound)
        // So that there is time for more than one try before it ends.
        let half = metadata.validUntilSeconds.map { max(($0 - now) / 2, 1) } ?? .max
        return max(min(clamped, half), SAMLBounds.retrySeconds)
    }

    /// What ends soon, or has; nil while nothing does.
    func alarm(atSeconds now: Int64, isOfAnAddress: Bool) -> String? {
        if !metadata.isValid(atSeconds: now) { return "its metadata has ended (validUntil)" }
        let patience =
            isOfAnAddress ? SAMLBounds.addressAlarmSeconds : SAMLBounds.fileAlarmSeconds
        if let end = metadata.validUntilSeconds, end - now < patience {
            return "its metadata ends at \(CivilTime(secondsSince1970: end).rfc3339) (validUntil)"
        }
        guard certificateEndSeconds - now < SAMLBounds.certificateAlarmSeconds else { return nil }
        return "its last signing certificate \(certificateEndSeconds <= now ? "ended" : "ends") at"
            + " \(CivilTime(secondsSince1970: certificateEndSeconds).rfc3339)"
    }

    private static func fingerprint(of certificate: [UInt8]) -> String {
        SHA256.hash(data: certificate).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
