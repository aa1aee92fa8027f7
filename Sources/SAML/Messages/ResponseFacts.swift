internal import XML

/// What a response says of itself, whoever made it: for people who look for what is wrong, and never for deciding anything.
public struct ResponseFacts: Sendable {
    /// Who it says that it is of.
    public let issuer: String?
    /// The request that it says it answers.
    public let answered: String?
    /// Where it says that it was sent.
    public let destination: String?
    /// When it says that it was made, seconds since the Unix epoch.
    public let instantSeconds: Int64
    /// Whether a signature stands in the response, in the assertion, and whether that is encrypted.
    public let isSigned, hasSignedAssertion, isEncrypted: Bool

    /// Reads them.
    ///
    /// - Throws: ``SAMLRefusal``.
    public init(_ bytes: [UInt8]) throws(SAMLRefusal) {
        let root: XMLElement
        do throws(XMLFault) {
            root = try XMLReader.read(bytes)
        } catch {
            throw .document(error)
        }
        guard root.name == SAMLNames.message("Response") else {
            throw .structure("the message is no Response")
        }
        guard let instant = try root.time("IssueInstant") else {
            throw .structure("the response has no IssueInstant")
        }
        instantSeconds = instant
        issuer = root.only(SAMLNames.assertion("Issuer"))?.text
        answered = root.attribute("InResponseTo")
        destination = root.attribute("Destination")
        isSigned = root.only(SAMLNames.signature("Signature")) != nil
        let assertion = root.only(SAMLNames.assertion("Assertion"))
        hasSignedAssertion = assertion?.only(SAMLNames.signature("Signature")) != nil
        isEncrypted = !root.elements(SAMLNames.assertion("EncryptedAssertion")).isEmpty
    }
}
