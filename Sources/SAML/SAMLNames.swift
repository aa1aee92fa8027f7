internal import XML

/// The names that SAML 2.0 and what it stands on are written with.
enum SAMLNames {
    static let assertionNamespace = "urn:oasis:names:tc:SAML:2.0:assertion"
    static let protocolNamespace = "urn:oasis:names:tc:SAML:2.0:protocol"
    static let metadataNamespace = "urn:oasis:names:tc:SAML:2.0:metadata"
    static let signatureNamespace = "http://www.w3.org/2000/09/xmldsig#"
    static let encryptionNamespace = "http://www.w3.org/2001/04/xmlenc#"
    static let encryption11Namespace = "http://www.w3.org/2009/xmlenc11#"
    static let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
    static let enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
    static let bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    static let requester = "urn:oasis:names:tc:SAML:2.0:status:Requester"
    static let unknownPrincipal = "urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal"
    static let deflate = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
    static let success = "urn:oasis:names:tc:SAML:2.0:status:Success"
    static let redirectBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
    static let postBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

    static func assertion(_ local: String) -> XMLName { XMLName(assertionNamespace, local) }
    static func message(_ local: String) -> XMLName { XMLName(protocolNamespace, local) }
    static func metadata(_ local: String) -> XMLName { XMLName(metadataNamespace, local) }
    static func signature(_ local: String) -> XMLName { XMLName(signatureNamespace, local) }
    static func encryption(_ local: String) -> XMLName { XMLName(encryptionNamespace, local) }
    static let inclusiveNamespaces = XMLName(exclusive, "InclusiveNamespaces")
}
