import Crypto
import Foundation
import StrictJSON
import Text

/// Seals secrets at rest with AES-256-GCM, by a key that comes from elsewhere than the folder that they lie in.
///
/// The key is derived by HKDF-SHA256 (RFC 5869). What a secret is for, and which key sealed it, is authenticated with it: so no sealed file
/// takes another's place.
package struct KeySeal: Sendable {
    /// Tells sealing keys apart, and nothing of them: 16 hexadecimal digits.
    package let id: String
    private let key: SymmetricKey

    /// Takes a secret of `PKILimits.sealBytesMin` bytes at least.
    ///
    /// - Throws: `PKIError.unusableFiles` for a shorter one.
    package init(secret: [UInt8]) throws(PKIError) {
        guard secret.count >= PKILimits.sealBytesMin else {
            throw .unusableFiles(
                "the sealing key has \(secret.count) bytes, and \(PKILimits.sealBytesMin) are needed at least:"
                    + " make one with `openssl rand -base64 32`")
        }
        let secret = SymmetricKey(data: secret)
        key = Self.derived(secret, "maxine seal 1: key", bytes: 32)
        id = Self.derived(secret, "maxine seal 1: id", bytes: 8).withUnsafeBytes {
            hexText(Array($0))
        }
    }

    private static func derived(
        _ secret: SymmetricKey, _ purpose: String, bytes: Int
    ) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret, info: Data(purpose.utf8), outputByteCount: bytes)
    }

    /// Seals a secret for a purpose.
    ///
    /// - Throws: `PKIError.signingFailed` where the library can't.
    package func seal(_ secret: [UInt8], purpose: String) throws(PKIError) -> [UInt8] {
        let bound = SealedSecret.bound(id, purpose)
        guard let box = try? AES.GCM.seal(secret, using: key, authenticating: bound).combined
        else { throw .signingFailed("a key can't be sealed") }
        return SealedSecret(seal: id, purpose: purpose, box: Array(box)).encoded
    }

    /// Nil where another key sealed it, it is for another purpose, or a bit of it is another.
    func open(_ sealed: SealedSecret) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed.box) else { return nil }
        let bound = SealedSecret.bound(id, sealed.purpose)
        return (try? AES.GCM.open(box, using: key, authenticating: bound)).map { Array($0) }
    }

    /// The contents of a file that may be sealed.
    ///
    /// - Parameters:
    ///   - bytes: What the file holds.
    ///   - path: Its path, for errors.
    ///   - purpose: What it has to be sealed for, if it is.
    ///   - seal: The sealing key that is configured.
    /// - Returns: What was sealed; a file that is not sealed, as it is.
    /// - Throws: `PKIError.unusableFiles` with what to do where the sealing key is missing or another, or the file is damaged.
    package static func contents(
        _ bytes: [UInt8], at path: String, purpose: String, by seal: KeySeal?
    ) throws(PKIError) -> [UInt8] {
        guard let sealed = SealedSecret(bytes) else { return bytes }
        guard let seal else {
            throw .unusableFiles(
                "\(path) is sealed with the key \(sealed.seal): set custody.seal to where that key is"
            )
        }
        guard sealed.seal.isExactly(seal.id) else {
            throw .unusableFiles(
                "\(path) is sealed with the key \(sealed.seal), and custody.seal is the key \(seal.id): set"
                    + " custody.seal to the key that it is sealed with, or seal it anew with `maxine ca seal"
                    + " --from`")
        }
        guard sealed.purpose.isExactly(purpose) else {
            throw .unusableFiles(
                "\(path) is sealed as \(quote(sealed.purpose)), not as \(quote(purpose)): it is the file of"
                    + " another key; restore it from a backup")
        }
        guard let opened = seal.open(sealed) else {
            throw .unusableFiles("\(path) is damaged: restore it from a backup")
        }
        return opened
    }
}

/// What a sealed file holds; no secret without the key.
package struct SealedSecret: Sendable, Equatable {
    /// The sealing key, by its name.
    package let seal: String
    /// What it is for.
    package let purpose: String
    let box: [UInt8]

    init(seal: String, purpose: String, box: [UInt8]) {
        self.seal = seal
        self.purpose = purpose
        self.box = box
    }

    /// Reads a file; nil for one that is not sealed.
    package init?(_ bytes: [UInt8]) {
        guard bytes.first == UInt8(ascii: "{"), let value = try? StrictJSON.parse(bytes),
            value["version"]?.integer == Self.version, value["kept"]?.string == Self.kept,
            let seal = value["seal"]?.string, let purpose = value["purpose"]?.string,
            let box = value["box"]?.string.flatMap({ Data(base64Encoded: $0) })
        else { return nil }
        self.init(seal: seal, purpose: purpose, box: Array(box))
    }

    /// The file's text.
    var encoded: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"version\":")
        writer.integer(Self.version)
        writer.raw(",\"kept\":")
        writer.string(Self.kept)
        writer.raw(",\"seal\":")
        writer.string(seal)
        writer.raw(",\"purpose\":")
        writer.string(purpose)
        writer.raw(",\"box\":")
        writer.string(Data(box).base64EncodedString())
        writer.raw("}\n")
        return writer.bytes
    }

    /// What is authenticated besides the secret.
    static func bound(_ seal: String, _ purpose: String) -> Data {
        Data("maxine sealed secret \(version)\n\(seal)\n\(purpose)".utf8)
    }

    private static let version: Int64 = 1
    private static let kept = "sealed"
}
