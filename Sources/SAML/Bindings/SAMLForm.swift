/// What a browser posts for a provider (SAML Bindings section 3.5.4).
public enum SAMLForm {
    /// The document that a form's `SAMLResponse` is in base64; nil where it is none.
    public static func decode(_ text: [UInt8]) -> [UInt8]? {
        // A third more than the document, and line ends.
        guard text.count <= 2 * 256 * 1024 else { return nil }
        return Base64Text.decode(String(decoding: text, as: UTF8.self))
    }
}
