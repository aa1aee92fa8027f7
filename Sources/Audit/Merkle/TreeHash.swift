/// A SHA-256 hash of a leaf, a node or a tree's root, held inline.
///
/// RFC 6962 section 2.1.
public struct TreeHash: Hashable, Sendable {
    var words: (UInt64, UInt64, UInt64, UInt64)

    /// The number of bytes of a hash.
    public static let byteCount = 32

    /// Makes a hash of exactly 32 bytes, or nil.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init()
        withUnsafeMutableBytes(of: &words) { raw in
            for (slot, byte) in zip(raw.indices, bytes) { raw[slot] = byte }
        }
    }

    /// Makes a hash of its padded base64 form (RFC 4648 section 4), or nil if that isn't canonical.
    public init?(base64 text: String) {
        guard let bytes = Base64.decode(Array(text.utf8)) else { return nil }
        self.init(bytes: bytes)
    }

    init() { words = (0, 0, 0, 0) }

    /// The 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// The padded base64 form, 44 characters (RFC 4648 section 4).
    public var base64: String {
        var out: [UInt8] = []
        appendBase64(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends the padded base64 form, 44 bytes, to a header or line under construction.
    public func appendBase64(to out: inout [UInt8]) {
        withUnsafeBytes { Base64.append($0, to: &out) }
    }

    /// Writes the padded base64 form into a buffer with room for 44 bytes.
    ///
    /// - Parameter room: Where to write; nothing is written if it is shorter.
    /// - Returns: The number of bytes written, 44 or 0.
    public func writeBase64(to room: UnsafeMutableRawBufferPointer) -> Int {
        guard room.count >= Base64.count(ofBytes: Self.byteCount) else { return 0 }
        return withUnsafeBytes { Base64.write($0, to: room) }
    }

    /// Calls the body with the 32 bytes in place.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try Swift.withUnsafeBytes(of: words, body)
    }

    /// Compares all 32 bytes.
    public static func == (left: TreeHash, right: TreeHash) -> Bool {
        left.words == right.words
    }

    /// Feeds the first 8 bytes, which are as good as random.
    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// The hash of one record line: SHA-256(0x00 || line without its newline).
public typealias LeafHash = TreeHash
