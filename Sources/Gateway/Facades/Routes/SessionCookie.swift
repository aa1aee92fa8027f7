internal import Auth

/// The cookie that a session is presented as: for this host alone, out of reach of scripts, and not sent along by foreign pages' forms.
///
/// RFC 6265bis section 4.1.3.2: a browser takes the prefix from this very host over TLS only, so no neighbour can plant one.
enum SessionCookie {
    static let name: StaticString = "__Host-maxine"
    private static let attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax"

    /// The value of `Set-Cookie` for a new session, for as long as that lives.
    static func field(of made: MintedSession) -> String {
        let life = made.session.endsNanoseconds - made.session.createdNanoseconds
        return "\(name)=\(String(decoding: made.secret.bytes, as: UTF8.self))\(attributes);"
            + " Max-Age=\(max(0, life / 1_000_000_000))"
    }

    /// The value of `Set-Cookie` that takes it away.
    static let cleared = "\(name)=\(attributes); Max-Age=0"
}
