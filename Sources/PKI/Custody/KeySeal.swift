internal import Crypto
internal import Foundation

/// Seals private keys at rest with AES-256-GCM, under a key that comes from outside the data folder.
///
/// The key is derived with HKDF-SHA256 (RFC 5869) from the secret, and the key's name is bound in, so that no sealed
/// file can take another's place.
public struct KeySeal: Sendable {
    static let label = "MAXINE SEALED PRIVATE KEY"
    private static let context = Data("maxine key seal 1".utf8)
    private let key: SymmetricKey

    /// Takes a secret of at least `PKILimits.sealSecretBytesMin` bytes, such as a file or a service credential holds.
    /// - Throws: `PKIError.unusableFiles`.
    public init(secret: [UInt8]) throws(PKIError) {
        guard secret.count >= PKILimits.sealSecretBytesMin else {
            throw .unusableFiles(
                "the key seal has \(secret.count) bytes, at least \(PKILimits.sealSecretBytesMin) are "
                    + "needed: write 32 random bytes to the file")
        }
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret), info: Self.context, outputByteCount: 32)
    }

    /// Seals a key's PEM text under its name.
    func seal(_ text: String, name: String) throws(PKIError) -> String {
        guard
            let box = try? AES.GCM.seal(
                Data(text.utf8), using: key, authenticating: Data(name.utf8)),
            let combined = box.combined
        else { throw .signingFailed("a key could not be sealed") }
        return PEMText.encode(Array(combined), label: Self.label)
    }

    /// Opens what `seal` made; nil when the seal's key or the name is another, or a byte has changed.
    func open(_ sealed: [UInt8], name: String) -> String? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let text = try? AES.GCM.open(box, using: key, authenticating: Data(name.utf8))
        else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}
