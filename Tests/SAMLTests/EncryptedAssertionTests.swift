import Crypto
import CryptoExtras
import Foundation
import SAML
import SAMLSupport
import Testing

/// Assertions that are encrypted for us: what opens, and what never does.
@Suite struct EncryptedAssertionTests {
    private typealias IdP = TestIdentityProvider
    private let idp: TestIdentityProvider
    private let own: _RSA.Signing.PrivateKey

    init() throws {
        idp = try TestIdentityProvider()
        own = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    }

    private enum Content { case gcm, cbc }

    private static let oaep = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"

    /// An encrypted assertion around a text.
    private func sealed(
        _ text: String, _ content: Content = .gcm, transport: String = EncryptedAssertionTests.oaep,
        parameters: String = "", bend: (inout Data) -> Void = { _ in },
        key publicKey: Data? = nil, keys: Int = 1, algorithm: String? = nil
    ) throws -> String {
        let secret = SymmetricKey(size: .bits256)
        let key = secret.withUnsafeBytes { Data($0) }
        var cipher: Data
        switch content {
        case .gcm: cipher = try AES.GCM.seal(Data(text.utf8), using: secret).combined ?? Data()
        case .cbc:
            let vector = AES._CBC.IV()
            cipher =
                Data(Array(vector))
                + (try AES._CBC.encrypt(Data(text.utf8), using: secret, iv: vector))
        }
        bend(&cipher)
        let method =
            algorithm
            ?? (content == .gcm
                ? "http://www.w3.org/2009/xmlenc11#aes256-gcm"
                : "http://www.w3.org/2001/04/xmlenc#aes256-cbc")
        let recipient = try _RSA.Encryption.PublicKey(
            derRepresentation: publicKey ?? own.publicKey.derRepresentation)
        let padding: _RSA.Encryption.Padding =
            parameters.contains("sha256") ? .PKCS1_OAEP_SHA256 : .PKCS1_OAEP
        let wrapped = try recipient.encrypt(key, padding: padding).base64EncodedString()
        let encryptedKey =
            #"<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="\#(transport)">\#(parameters)</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>\#(wrapped)</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>"#
        return
            #"<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:EncryptionMethod Algorithm="\#(method)"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\#(String(repeating: encryptedKey, count: keys))</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>\#(cipher.base64EncodedString())</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAssertion>"#
    }

    private func decryption(cbc: Bool = false) throws -> AssertionDecryption {
        try AssertionDecryption(pemKeys: [own.pemRepresentation], takesCBC: cbc)
    }

    private func judge(
        _ inner: String, signed: Bool = false, cbc: Bool = false,
        with opener: AssertionDecryption? = nil
    ) throws -> String {
        let response = IdP.response(inner)
        let text = signed ? try idp.sign(response) : response.replacing("{SIG}", with: "")
        return switch idp.judge(text, decryption: try opener ?? decryption(cbc: cbc)) {
        case .success(let response): "taken: \(response.assertion.nameID.value)"
        case .failure(let refusal): refusal.code
        }
    }

    @Test func whatIsSignedWithinOrWithoutIsTaken() throws {
        let inner = try idp.sign(IdP.assertion())
        let bare = IdP.assertion().replacing("{SIG}", with: "")
        #expect(try judge(sealed(inner)) == "taken: alice")
        #expect(try judge(sealed(inner), signed: true) == "taken: alice")
        #expect(try judge(sealed(bare), signed: true) == "taken: alice")
        #expect(try judge(sealed(bare)) == "saml_signature", "anybody can encrypt for us")
        let sha256 =
            #"<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><x:MGF xmlns:x="http://www.w3.org/2009/xmlenc11#" Algorithm="http://www.w3.org/2009/xmlenc11#mgf1sha256"/>"#
        let modern = try sealed(
            inner, transport: "http://www.w3.org/2009/xmlenc11#rsa-oaep", parameters: sha256)
        #expect(try judge(modern) == "taken: alice")
    }

    @Test func cipherBlockChainingIsTakenInSignedResponsesOnly() throws {
        let inner = try idp.sign(IdP.assertion())
        #expect(try judge(sealed(inner, .cbc), signed: true, cbc: true) == "taken: alice")
        #expect(try judge(sealed(inner, .cbc), signed: true) == "saml_algorithm")
        #expect(try judge(sealed(inner, .cbc), cbc: true) == "saml_algorithm")
        let bent = try sealed(inner, .cbc, bend: { $0[$0.startIndex + 20] ^= 1 })
        #expect(try judge(bent, cbc: true) == "saml_algorithm", "before anything is opened")
    }

    @Test func whateverFailsFailsAlike() throws {
        let inner = try idp.sign(IdP.assertion())
        let stranger = try _RSA.Signing.PrivateKey(keySize: .bits2048).publicKey.derRepresentation
        for (text, code) in [
            (try sealed(inner, bend: { $0[$0.startIndex + 20] ^= 1 }), "saml_encryption"),
            (try sealed(inner, bend: { $0 = $0.prefix(10) }), "saml_encryption"),
            (try sealed(inner, key: stranger), "saml_encryption"),
            (try sealed("no document"), "saml_encryption"),
            (try sealed("<!DOCTYPE x>" + inner), "saml_encryption"),
            (try sealed("<x/>"), "saml_encryption"),
            (try sealed(inner, keys: 2), "saml_algorithm"),
            (try sealed(inner, keys: 0), "saml_algorithm"),
            (
                try sealed(inner, transport: "http://www.w3.org/2001/04/xmlenc#rsa-1_5"),
                "saml_algorithm"
            ),
            (
                try sealed(inner, algorithm: "http://www.w3.org/2001/04/xmlenc#tripledes-cbc"),
                "saml_algorithm"
            ),
            (
                try sealed(inner, algorithm: "http://www.w3.org/2009/xmlenc11#aes128-gcm"),
                "saml_encryption"
            ),
        ] {
            #expect(try judge(text) == code)
        }
        let two = try sealed(inner) + (try sealed(inner))
        #expect(try judge(two) == "saml_structure")
        #expect(try judge(sealed(inner) + inner) == "saml_structure")
        let other = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let rolled = try AssertionDecryption(
            pemKeys: [other.pemRepresentation, own.pemRepresentation], takesCBC: false)
        #expect(try judge(sealed(inner), with: rolled) == "taken: alice", "the key before this one")
        #expect(throws: SAMLRefusal.encryption) {
            try AssertionDecryption(pemKeys: ["no key"], takesCBC: false)
        }
    }
}
