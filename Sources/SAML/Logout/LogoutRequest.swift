internal import Text
internal import XML

/// A provider's word that somebody has signed off there (SAML Core section 3.7.1).
public struct LogoutRequest: Sendable {
    /// Its ID, which our answer names.
    public let id: String
    /// Who.
    public let nameID: SAMLAssertion.NameID
    /// Which of the provider's sessions; none for all.
    public let sessionIndexes: [String]
    /// Until when it must not be used again, seconds since the Unix epoch.
    public let spentUntilSeconds: Int64

    /// Verifies and judges a request; whether it was used before is the caller's to see.
    ///
    /// - Throws: ``SAMLRefusal``.
    public init(
        _ message: BoundMessage, keys: [SignatureKey], rules: LogoutRules
    ) throws(SAMLRefusal) {
        let root = try message.verified(as: "LogoutRequest", keys: keys)
        (id, spentUntilSeconds) = try rules.check(root)
        if let end = try root.time("NotOnOrAfter") {
            guard rules.nowSeconds < end + rules.skewSeconds else {
                throw .time("the request is over")
            }
        }
        nameID = try SAMLAssertion.NameID(try root.needed("NameID"))
        let indexes = root.elements(SAMLNames.message("SessionIndex"))
        guard indexes.count <= SAMLLimits.sessionIndexesMax else {
            throw .structure("more than \(SAMLLimits.sessionIndexesMax) sessions")
        }
        sessionIndexes = try indexes.map { one throws(SAMLRefusal) in
            try one.plain("SessionIndex")
        }
    }
}

/// A provider's answer to a request of ours to sign somebody off there (section 3.7.2).
public struct LogoutResponse: Sendable {
    /// Whether the provider says that all was done.
    public let isComplete: Bool

    /// Verifies and judges an answer.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - request: The ID of the request that it must answer.
    ///   - keys: The provider's signing keys.
    ///   - rules: What it must say.
    /// - Throws: ``SAMLRefusal``.
    public init(
        _ message: BoundMessage, to request: String, keys: [SignatureKey], rules: LogoutRules
    ) throws(SAMLRefusal) {
        let root = try message.verified(as: "LogoutResponse", keys: keys)
        _ = try rules.check(root)
        guard root.attribute("InResponseTo")?.isExactly(request) == true else {
            throw .mismatch("the message answers another request, or none")
        }
        guard let status = root.only(SAMLNames.message("Status")),
            let code = status.only(SAMLNames.message("StatusCode"))
        else { throw .structure("the message has no status") }
        isComplete =
            code.attribute("Value") == SAMLNames.success
            && code.elements(SAMLNames.message("StatusCode")).isEmpty
    }
}
