/// The name of an element or attribute: its namespace and the part behind the prefix (Namespaces in XML 1.0 section 2.1).
///
/// Both are ASCII, so equal texts are equal bytes.
public struct XMLName: Hashable, Sendable {
    /// The namespace; empty for none.
    public let namespace: String
    /// The name in it.
    public let local: String

    /// Names something.
    public init(_ namespace: String, _ local: String) {
        self.namespace = namespace
        self.local = local
    }
}
