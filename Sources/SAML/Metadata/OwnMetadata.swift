internal import Foundation

/// What we publish about ourselves for a provider (SAML Metadata section 2.4.4).
public enum OwnMetadata {
    /// The document.
    ///
    /// - Parameters:
    ///   - entityID: How the provider knows us.
    ///   - assertionConsumer: Where responses are sent, by HTTP-POST.
    ///   - singleLogout: Where messages of single logout are sent; nil where none are taken.
    ///   - certificates: Those of our keys, DER, that of the one in use first; none where there is none.
    ///   - signsRequests: Whether our requests are signed.
    /// - Returns: The document, in its exclusive canonical form.
    public static func document(
        entityID: String, assertionConsumer: String, singleLogout: String?,
        certificates: [[UInt8]], signsRequests: Bool
    ) -> String {
        var text =
            "<md:EntityDescriptor xmlns:md=\"\(SAMLNames.metadataNamespace)\" entityID=\"\(XMLText.escaped(entityID))\">"
        text +=
            "<md:SPSSODescriptor AuthnRequestsSigned=\"\(signsRequests)\" WantAssertionsSigned=\"true\" protocolSupportEnumeration=\"\(SAMLNames.protocolNamespace)\">"
        for certificate in certificates {
            let value = Base64Text.encode(certificate)
            for use in ["encryption", "signing"] {
                text += "<md:KeyDescriptor use=\"\(use)\">"
                text += "<ds:KeyInfo xmlns:ds=\"\(SAMLNames.signatureNamespace)\"><ds:X509Data>"
                text += "<ds:X509Certificate>\(value)</ds:X509Certificate>"
                text += "</ds:X509Data></ds:KeyInfo>"
                if use == "encryption" { text += methods }
                text += "</md:KeyDescriptor>"
            }
        }
        if let singleLogout {
            for binding in [SAMLNames.redirectBinding, SAMLNames.postBinding] {
                text +=
                    "<md:SingleLogoutService Binding=\"\(binding)\" Location=\"\(XMLText.escaped(singleLogout))\"></md:SingleLogoutService>"
            }
        }
        text +=
            "<md:AssertionConsumerService Binding=\"\(SAMLNames.postBinding)\" Location=\"\(XMLText.escaped(assertionConsumer))\" index=\"0\" isDefault=\"true\"></md:AssertionConsumerService>"
        return text + "</md:SPSSODescriptor></md:EntityDescriptor>"
    }

    private static let methods = [
        "http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2009/xmlenc11#aes128-gcm",
        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
    ].map { "<md:EncryptionMethod Algorithm=\"\($0)\"></md:EncryptionMethod>" }.joined()
}

/// Text as it stands in a document that we write.
enum XMLText {
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
