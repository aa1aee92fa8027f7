/// Our request that a provider sign somebody off (SAML Core section 3.7.1).
public struct OwnLogoutRequest: Sendable {
    private let document: [UInt8]
    private let destination: String

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - id: 128 random bits at least, as a sign-on's.
    ///   - issuer: Our entity id.
    ///   - destination: Where it is sent.
    ///   - nameID: Whom the provider named when they signed on.
    ///   - sessionIndex: The provider's session; nil where it named none.
    ///   - nowSeconds: The wall clock, seconds since the Unix epoch.
    public init(
        id: String, issuer: String, destination: String, nameID: SAMLAssertion.NameID,
        sessionIndex: String?, nowSeconds: Int64
    ) {
        self.destination = destination
        var text = OwnMessage.head(
            "LogoutRequest",
            [
                ("Destination", destination), ("ID", id),
                ("IssueInstant", SAMLTime.text(nowSeconds)),
                ("NotOnOrAfter", SAMLTime.text(nowSeconds + SAMLLimits.logoutSecondsMax)),
                ("Version", "2.0"),
            ], issuer: issuer)
        let attributes = [
            ("Format", nameID.format), ("NameQualifier", nameID.nameQualifier),
            ("SPNameQualifier", nameID.spNameQualifier),
        ].map { name, value in value.map { " \(name)=\"\(XMLText.escaped($0))\"" } ?? "" }.joined()
        text += "<saml:NameID xmlns:saml=\"\(SAMLNames.assertionNamespace)\"\(attributes)>"
        text += XMLText.escaped(nameID.value) + "</saml:NameID>"
        if let sessionIndex {
            text += "<samlp:SessionIndex>\(XMLText.escaped(sessionIndex))</samlp:SessionIndex>"
        }
        document = Array((text + "</samlp:LogoutRequest>").utf8)
    }

    /// The address that a browser is sent to; nil where the library can't sign.
    public func redirect(relayState: String, key: RequestKey) -> String? {
        RedirectBinding.address(
            destination, carrying: document, as: .request, relayState: relayState, key: key)
    }
}

/// Our answer to a provider's request (section 3.7.2).
public struct OwnLogoutResponse: Sendable {
    private let document: [UInt8]
    private let destination: String

    /// What came of a request.
    public enum Outcome: Sendable {
        /// The sessions have ended.
        case done
        /// There is none of that person (any more).
        case unknown
    }

    /// Makes an answer to the request of an ID.
    public init(
        to request: String, issuer: String, destination: String, outcome: Outcome,
        nowSeconds: Int64
    ) {
        self.destination = destination
        let text = OwnMessage.head(
            "LogoutResponse",
            [
                ("Destination", destination), ("ID", OwnMessage.freshID()),
                ("InResponseTo", request), ("IssueInstant", SAMLTime.text(nowSeconds)),
                ("Version", "2.0"),
            ], issuer: issuer)
        let status =
            switch outcome {
            case .done: Self.code(SAMLNames.success, "")
            case .unknown:
                Self.code(SAMLNames.requester, Self.code(SAMLNames.unknownPrincipal, ""))
            }
        document = Array(
            (text + "<samlp:Status>\(status)</samlp:Status></samlp:LogoutResponse>").utf8)
    }

    /// The address that a browser is sent to; nil where the library can't sign.
    public func redirect(relayState: String?, key: RequestKey) -> String? {
        RedirectBinding.address(
            destination, carrying: document, as: .response, relayState: relayState, key: key)
    }

    private static func code(_ value: String, _ inner: String) -> String {
        "<samlp:StatusCode Value=\"\(value)\">\(inner)</samlp:StatusCode>"
    }
}

/// What all messages of ours have in common; they are written in their exclusive canonical form.
enum OwnMessage {
    /// The start tag, with attributes in the order of their names, and the issuer.
    static func head(
        _ local: String, _ attributes: [(name: String, value: String)], issuer: String
    ) -> String {
        var text = "<samlp:\(local) xmlns:samlp=\"\(SAMLNames.protocolNamespace)\""
        for (name, value) in attributes { text += " \(name)=\"\(XMLText.escaped(value))\"" }
        return text + "><saml:Issuer xmlns:saml=\"\(SAMLNames.assertionNamespace)\">"
            + XMLText.escaped(issuer) + "</saml:Issuer>"
    }

    /// 128 random bits, as section 1.3.4 asks.
    static func freshID() -> String {
        var random = SystemRandomNumberGenerator()
        return "_"
            + (0..<2).map { _ in
                let text = String(random.next() as UInt64, radix: 16)
                return String(repeating: "0", count: 16 - text.utf8.count) + text
            }.joined()
    }
}
