import Auth

/// What speaks for a request in the certificate's place.
struct ClientToken {
    /// An API key, a bearer token or a session.
    let text: String
    /// Whether it is the session that `maxine login` saved, not what MAXINE_TOKEN holds.
    let isSaved: Bool

    /// The header field that brings it.
    var field: (name: String, value: String) {
        APIKeyText.hasPrefix(text.utf8)
            ? ("x-api-key", text) : ("authorization", "Bearer \(text)")
    }

    /// What to do where it is refused: whoever is may not know that it spoke for them.
    var advice: String {
        isSaved
            ? "What spoke was the session in \(SavedSession.path): run 'maxine login' for a new one, or 'maxine logout' to be"
                + " rid of it."
            : "What spoke was MAXINE_TOKEN: check that it is meant for this gateway, and has neither ended nor been revoked."
    }
}
