internal import XML

/// A response of an identity provider: from bytes that anybody may send to an assertion that is believed (SAML Core section 3.2.2).
///
/// In this order: the bytes are read once; the form of the whole is checked; what is signed is verified with the provider's own keys; the
/// claims are read from the very elements that were verified. Nothing is read twice, and no key comes from the message.
public struct SAMLResponse: Sendable {
    /// What is believed.
    public let assertion: SAMLAssertion
    /// Until when the assertion must not be used again, seconds since the Unix epoch.
    public let spentUntilSeconds: Int64

    /// What of a response must be signed.
    public enum Demand: String, CaseIterable, Sendable {
        /// One of the two.
        case either
        /// The response.
        case response
        /// The assertion.
        case assertion
        /// Both.
        case both
    }

    /// Reads, verifies and judges a response.
    ///
    /// - Parameters:
    ///   - bytes: The document.
    ///   - keys: The provider's signing keys.
    ///   - demand: What must be signed.
    ///   - decryption: What opens encrypted assertions; nil where none are taken.
    ///   - rules: What the assertion must say.
    /// - Throws: ``SAMLRefusal``.
    public init(
        _ bytes: [UInt8], keys: [SignatureKey], demand: Demand, decryption: AssertionDecryption?,
        rules: AssertionRules
    ) throws(SAMLRefusal) {
        let root: XMLElement
        do throws(XMLFault) {
            root = try XMLReader.read(bytes)
        } catch {
            throw .document(error)
        }
        guard root.name == SAMLNames.message("Response") else {
            throw .structure("the message is no Response")
        }
        try MessageStructure.check(root)
        let isSigned = try Self.verify(root, keys)
        try Self.checkHead(root, rules)
        let element = try Self.assertion(root, isSigned: isSigned, decryption)
        let isAssertionSigned = try Self.verify(element, keys)
        try Self.check(demand, response: isSigned, assertion: isAssertionSigned)
        assertion = try SAMLAssertion(element)
        spentUntilSeconds = try rules.judge(assertion)
    }

    /// Whether it is signed; a signature that is there must be good.
    private static func verify(
        _ element: XMLElement, _ keys: [SignatureKey]
    ) throws(SAMLRefusal) -> Bool {
        guard let signature = try EnvelopedSignature(of: element) else { return false }
        try signature.verify(element, keys: keys)
        return true
    }

    /// What was encrypted is believed by a signature of its own, or by the response's over the ciphertext: anybody can encrypt for us.
    private static func check(
        _ demand: Demand, response: Bool, assertion: Bool
    ) throws(SAMLRefusal) {
        let isEnough =
            switch demand {
            case .either: response || assertion
            case .response: response
            case .assertion: assertion
            case .both: response && assertion
            }
        guard isEnough else { throw .signature("not signed as it must be (\(demand.rawValue))") }
    }

    /// What the response says about itself (SAML Core section 3.2.2, Profiles section 4.1.4.3).
    private static func checkHead(
        _ root: XMLElement, _ rules: AssertionRules
    ) throws(SAMLRefusal) {
        guard root.attribute("Version") == "2.0", root.attribute("ID") != nil else {
            throw .structure("the response is not of version 2.0")
        }
        guard let instant = try root.time("IssueInstant"),
            instant - rules.skewSeconds <= rules.nowSeconds
        else { throw .time("IssueInstant is missing or in the future") }
        guard root.attribute("InResponseTo")?.isSame(as: rules.request) == true else {
            throw .mismatch("the response answers another request, or none")
        }
        if let destination = root.attribute("Destination") {
            guard destination.isSame(as: rules.recipient) else {
                throw .mismatch("the Destination is not where this was sent")
            }
        }
        let issuers = root.elements(SAMLNames.assertion("Issuer"))
        guard issuers.count <= 1 else { throw .structure("the response has two issuers") }
        if let issuer = issuers.first {
            guard try issuer.plain("Issuer").isSame(as: rules.issuer) else {
                throw .mismatch("the response is another issuer's")
            }
        }
        guard let status = root.only(SAMLNames.message("Status")),
            let code = status.only(SAMLNames.message("StatusCode"))
        else { throw .structure("the response has no status") }
        guard code.attribute("Value") == SAMLNames.success else {
            throw .status(Self.text(of: code))
        }
    }

    /// The status codes by their last words; they are the provider's, so no more of them is kept.
    private static func text(of code: XMLElement) -> String {
        let codes = [code] + code.elements(SAMLNames.message("StatusCode"))
        let words = codes.map { ($0.attribute("Value") ?? "").split(separator: ":").last ?? "" }
        return "the provider answers "
            + words.map { word in
                String(word.prefix(40).filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
            }.joined(separator: ", ")
    }

    /// The assertion, opened where it was encrypted.
    private static func assertion(
        _ root: XMLElement, isSigned: Bool, _ decryption: AssertionDecryption?
    ) throws(SAMLRefusal) -> XMLElement {
        if let plain = root.only(SAMLNames.assertion("Assertion")) { return plain }
        guard let sealed = root.only(SAMLNames.assertion("EncryptedAssertion")) else {
            throw .structure("there is no assertion")
        }
        guard let decryption else { throw .encryption }
        let element = try decryption.open(sealed, isInSignedResponse: isSigned)
        guard element.name == SAMLNames.assertion("Assertion") else { throw .encryption }
        try MessageStructure.check(element)
        return element
    }
}

extension String {
    /// Whether both have the same code units.
    fileprivate func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
