/// Every bound on documents that are read.
public enum XMLLimits {
    /// The largest document, in bytes.
    public static let documentBytesMax = 256 * 1024
    /// The deepest nesting of elements.
    public static let depthMax = 64
    /// Elements and texts in one document.
    public static let nodesMax = 20_000
    /// Attributes and namespace declarations of one element.
    public static let attributesMax = 64
    /// The longest name or prefix, in bytes.
    public static let nameBytesMax = 256
    /// The longest namespace, in bytes.
    public static let namespaceBytesMax = 512
    /// Namespaces in scope at once.
    public static let namespacesMax = 64
}
