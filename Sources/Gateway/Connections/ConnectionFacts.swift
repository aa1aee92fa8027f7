internal import Policy

/// What a live connection is known by, for ending it.
struct ConnectionFacts: Sendable {
    /// Where it came in.
    let listener: ListenerKind
    /// The client certificate's serial number, in lower-case hexadecimal.
    let certificateSerial: String?
    /// The client certificate's SPIFFE ID.
    let spiffeID: SPIFFEID?
    /// The key identifier of the authority that signed the client certificate.
    let authority: String?
    /// The principals that its requests act as: the certificate's and those of credentials seen lately.
    let principals: [Principal]
    /// The identifiers of keys, tokens and sessions seen lately.
    let credentials: [String]

    /// The trust domain of the client certificate.
    var trustDomain: String? { spiffeID?.trustDomain }
}
