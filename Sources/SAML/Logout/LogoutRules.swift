internal import Text
internal import XML

/// What a message of single logout must say to be for us, from there, and of now.
public struct LogoutRules: Sendable {
    private let issuer: String
    private let destination: String
    let nowSeconds: Int64
    let skewSeconds: Int64

    /// Makes rules.
    ///
    /// - Parameters:
    ///   - issuer: The provider's entity id.
    ///   - destination: Where the message must have been sent.
    ///   - nowSeconds: The wall clock, seconds since the Unix epoch.
    ///   - skewSeconds: How far clocks may differ.
    public init(
        issuer: String, destination: String, nowSeconds: Int64,
        skewSeconds: Int64 = SAMLLimits.skewSecondsDefault
    ) {
        self.issuer = issuer
        self.destination = destination
        self.nowSeconds = nowSeconds
        self.skewSeconds = skewSeconds
    }

    /// Checks what all messages say of themselves (SAML Core section 3.2, Bindings sections 3.4.5.2 and 3.5.5.2).
    ///
    /// - Returns: The ID, and until when it must not be used again, seconds since the Unix epoch.
    func check(_ root: XMLElement) throws(SAMLRefusal) -> (id: String, endSeconds: Int64) {
        guard root.attribute("Version") == "2.0", let id = root.attribute("ID"),
            (1...SAMLLimits.idBytesMax).contains(id.utf8.count)
        else { throw .structure("the message is not of version 2.0, or has no ID of a fit length") }
        guard try root.needed("Issuer").plain("Issuer").isExactly(issuer) else {
            throw .mismatch("the message is another issuer's")
        }
        guard root.attribute("Destination")?.isExactly(destination) == true else {
            throw .mismatch("the Destination is not where this was sent")
        }
        guard let instant = try root.time("IssueInstant") else {
            throw .structure("the message has no IssueInstant")
        }
        guard instant - skewSeconds <= nowSeconds else {
            throw .time("IssueInstant is in the future")
        }
        let end = instant + SAMLLimits.logoutSecondsMax + skewSeconds
        guard nowSeconds < end else { throw .time("the message is too old") }
        return (id, end)
    }
}
