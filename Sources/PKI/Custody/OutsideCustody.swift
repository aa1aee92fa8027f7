import Crypto
import Text

/// Keeps private keys outside this process, which they never enter: a server, or a device.
///
/// Every call may wait, for a bounded time; none is made on an event loop. Texts of errors hold no secret.
package protocol OutsideCustody: Sendable {
    /// The word by which the files of keys name it.
    var name: String { get }
    /// Makes a P-256 key that can't be taken out, durable when this returns.
    ///
    /// - Parameter key: A name that no key has yet.
    /// - Returns: The public key, DER of a SubjectPublicKeyInfo.
    /// - Throws: `PKIError.keyAway`, `.signingFailed`.
    func makeKey(_ key: String) throws(PKIError) -> [UInt8]
    /// Signs a message with ECDSA and SHA-256.
    ///
    /// - Returns: DER.
    /// - Throws: `PKIError.keyAway`, `.signingFailed`.
    func signature(of message: [UInt8], by key: String) throws(PKIError) -> [UInt8]
    /// Destroys a key; one that is not there is no error.
    ///
    /// - Throws: `PKIError.keyAway`, `.signingFailed`.
    func destroyKey(_ key: String) throws(PKIError)
    /// Asks whether a key could sign now, without signing anything; nil asks whether keys could be made.
    ///
    /// - Throws: `PKIError.keyAway` with what is amiss.
    func check(_ key: String?) throws(PKIError)
}

/// How the private keys of a trust domain's authorities are kept.
package struct KeyCustody: Sendable {
    /// What files of keys are sealed with; nil leaves them plain.
    package var seal: KeySeal?
    /// The keepers outside that are configured.
    package var outside: [any OutsideCustody] = []
    /// The one of them that new keys are made by; nil for files.
    package var maker: String?

    /// Plain files.
    package init() {}

    func keeper(_ name: String) -> (any OutsideCustody)? {
        outside.first { $0.name.isExactly(name) }
    }
}

/// A key that is kept outside.
struct OutsideKey: AuthorityKey {
    let place: OutsidePlace
    /// Nil where it is not configured any more.
    let custody: (any OutsideCustody)?

    var subjectPublicKeyInfo: [UInt8] { place.subjectPublicKeyInfo }
    var waits: Bool { true }

    /// What comes back is not believed, but held against the public key.
    func signature(of message: [UInt8]) throws(PKIError) -> [UInt8] {
        let made = try keeper().signature(of: message, by: place.key)
        guard
            let key = try? P256.Signing.PublicKey(derRepresentation: place.subjectPublicKeyInfo),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: made),
            key.isValidSignature(signature, for: message)
        else {
            throw .signingFailed(
                "what \(place.keeper) gave is no signature of its key \(place.key): it is another key"
            )
        }
        return made
    }

    private func keeper() throws(PKIError) -> any OutsideCustody {
        guard let custody else {
            throw .unusableFiles(
                "a key is kept by \(place.keeper) as \(place.key), and custody.\(place.keeper) is not"
                    + " configured")
        }
        return custody
    }
}
