internal import Crypto
internal import CryptoExtras
internal import Foundation
internal import XML

/// Opens assertions that a provider has encrypted for us (XML Encryption 1.1).
///
/// RSA-OAEP for the key and AES-GCM for the rest; AES-CBC, which anybody on the way can change unseen, only behind a switch and only in
/// a response whose signature has been verified before. PKCS#1 v1.5 never. Whatever fails, fails alike.
public struct AssertionDecryption: Sendable {
    /// In the form in which they may be handed around.
    private let keys: [_RSA.Signing.PrivateKey]
    private let takesCBC: Bool

    /// Takes our keys, the one in use first and those before it after.
    ///
    /// - Parameters:
    ///   - pemKeys: RSA private keys, PEM.
    ///   - takesCBC: Whether AES-CBC is taken in signed responses.
    /// - Throws: ``SAMLRefusal/encryption`` where one is no RSA key of a fit size.
    public init(pemKeys: [String], takesCBC: Bool) throws(SAMLRefusal) {
        var keys: [_RSA.Signing.PrivateKey] = []
        for pem in pemKeys {
            guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem),
                SAMLLimits.rsaBits.contains(key.keySizeInBits)
            else { throw .encryption }
            keys.append(key)
        }
        self.keys = keys
        self.takesCBC = takesCBC
    }

    private enum Content: String {
        case aes128GCM = "http://www.w3.org/2009/xmlenc11#aes128-gcm"
        case aes192GCM = "http://www.w3.org/2009/xmlenc11#aes192-gcm"
        case aes256GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
        case aes128CBC = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
        case aes192CBC = "http://www.w3.org/2001/04/xmlenc#aes192-cbc"
        case aes256CBC = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"

        var isCBC: Bool {
            switch self {
            case .aes128CBC, .aes192CBC, .aes256CBC: true
            case .aes128GCM, .aes192GCM, .aes256GCM: false
            }
        }

        var keyBytes: Int {
            switch self {
            case .aes128GCM, .aes128CBC: 16
            case .aes192GCM, .aes192CBC: 24
            case .aes256GCM, .aes256CBC: 32
            }
        }
    }

    /// What an encrypted assertion holds.
    ///
    /// - Throws: ``SAMLRefusal/encryption``, or ``SAMLRefusal/algorithm(_:)`` for a method that is not taken, before anything is opened.
    func open(
        _ sealed: XMLElement, isInSignedResponse: Bool
    ) throws(SAMLRefusal) -> XMLElement {
        let parts = sealed.elements
        guard let data = sealed.only(SAMLNames.encryption("EncryptedData")),
            let method = data.only(SAMLNames.encryption("EncryptionMethod")),
            let content = Content(rawValue: method.attribute("Algorithm") ?? ""),
            let key = try encryptedKey(data, beside: parts)
        else { throw .algorithm("an encryption that is not taken") }
        guard !content.isCBC || (takesCBC && isInSignedResponse) else {
            throw .algorithm("AES-CBC is taken in signed responses only, and where it is allowed")
        }
        guard let cipher = Self.cipher(data) else { throw .encryption }
        for own in keys {
            guard let secret = key.unwrap(by: own), secret.count == content.keyBytes,
                let plain = Self.open(cipher, content, SymmetricKey(data: secret)),
                let element = try? XMLReader.read(plain)
            else { continue }
            return element
        }
        throw .encryption
    }

    /// The one encrypted key: in the data's KeyInfo, or beside the data.
    private func encryptedKey(
        _ data: XMLElement, beside parts: [XMLElement]
    ) throws(SAMLRefusal) -> EncryptedKey? {
        let inside =
            data.only(SAMLNames.signature("KeyInfo"))?.elements(
                SAMLNames.encryption("EncryptedKey")) ?? []
        let all = inside + parts.filter { $0.name == SAMLNames.encryption("EncryptedKey") }
        guard all.count == 1, let element = all.first else { return nil }
        return EncryptedKey(element)
    }

    fileprivate static func cipher(_ element: XMLElement) -> [UInt8]? {
        element.only(SAMLNames.encryption("CipherData"))?.only(
            SAMLNames.encryption("CipherValue"))?.text.flatMap(Base64Text.decode)
    }

    private static func open(
        _ cipher: [UInt8], _ content: Content, _ key: SymmetricKey
    ) -> [UInt8]? {
        guard content.isCBC else {
            // XML Encryption 1.1 section 5.2.4: 96 bits of nonce, the ciphertext, 128 bits of tag.
            return (try? AES.GCM.open(AES.GCM.SealedBox(combined: cipher), using: key)).map {
                Array($0)
            }
        }
        guard cipher.count >= 32, cipher.count % 16 == 0,
            let vector = try? AES._CBC.IV(ivBytes: cipher.prefix(16)),
            let plain = try? AES._CBC.decrypt(
                cipher.dropFirst(16), using: key, iv: vector, noPadding: true),
            let last = plain.last, (1...16).contains(last)
        else { return nil }
        // Section 5.2.2: the last byte says how many there are of padding, whatever they are.
        return Array(plain.dropLast(Int(last)))
    }
}

/// A key that is encrypted for us.
private struct EncryptedKey {
    private let padding: _RSA.Encryption.Padding
    private let cipher: [UInt8]

    init?(_ element: XMLElement) {
        guard let method = element.only(SAMLNames.encryption("EncryptionMethod")),
            let padding = Self.padding(method), let cipher = AssertionDecryption.cipher(element)
        else { return nil }
        self.padding = padding
        self.cipher = cipher
    }

    func unwrap(by key: _RSA.Signing.PrivateKey) -> [UInt8]? {
        let own = try? _RSA.Encryption.PrivateKey(derRepresentation: key.derRepresentation)
        return (try? own?.decrypt(cipher, padding: padding)).map { Array($0) }
    }

    /// RSA-OAEP with one digest for both of its uses (XML Encryption 1.1 section 5.5.2).
    private static func padding(_ method: XMLElement) -> _RSA.Encryption.Padding? {
        let sha1 = SAMLNames.signatureNamespace + "sha1"
        let digest =
            method.only(SAMLNames.signature("DigestMethod"))?.attribute("Algorithm") ?? sha1
        let generator =
            method.only(XMLName(SAMLNames.encryption11Namespace, "MGF"))?.attribute("Algorithm")
            ?? SAMLNames.encryption11Namespace + "mgf1sha1"
        switch method.attribute("Algorithm") {
        case SAMLNames.encryptionNamespace + "rsa-oaep-mgf1p":
            return digest == sha1 ? .PKCS1_OAEP : nil
        case SAMLNames.encryption11Namespace + "rsa-oaep":
            switch (digest, generator) {
            case (sha1, SAMLNames.encryption11Namespace + "mgf1sha1"): return .PKCS1_OAEP
            case (DigestAlgorithm.sha256.rawValue, SAMLNames.encryption11Namespace + "mgf1sha256"):
                return .PKCS1_OAEP_SHA256
            default: return nil
            }
        default: return nil
        }
    }
}
