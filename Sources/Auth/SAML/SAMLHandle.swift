internal import Crypto
package import SAML

/// What a session keeps of what its provider calls the person and the session: enough to know them again, not to read them.
///
/// A NameID is often an address of mail. When the person signs off there, the provider says the same words again.
package enum SAMLHandle {
    /// What stands for a person; a name without a format is of none in particular (SAML Core section 8.3.1).
    package static func subject(_ name: SAMLAssertion.NameID, at entity: String) -> String {
        let format = name.format ?? "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
        return digest([entity, format, name.value])
    }

    /// What stands for a session of the provider's.
    package static func session(_ index: String, at entity: String) -> String {
        digest([entity, index])
    }

    /// No text of XML holds a NUL, so that no two lists come to one text.
    private static func digest(_ texts: [String]) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(texts.joined(separator: "\0").utf8))))
    }
}
