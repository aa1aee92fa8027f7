/// Up to 72 bytes of a header value, held in place.
public struct ShortText: Sendable {
    /// The bytes it can hold.
    public static let capacity = 72

    /// The bytes it holds.
    public private(set) var count = 0
    private var bytes = InlineArray<72, UInt8>(repeating: 0)

    /// True if it holds nothing.
    public var isEmpty: Bool { count == 0 }

    /// Makes an empty text.
    public init() {}

    /// Takes the first bytes of a sequence, as many as it can hold.
    public init(_ source: some Sequence<UInt8>) {
        for byte in source {
            guard count < Self.capacity else { return }
            bytes[count] = byte
            count &+= 1
        }
    }

    /// Lets a writer fill the storage and say how many bytes it wrote.
    @inline(__always)
    public init(filling write: (UnsafeMutableRawBufferPointer) -> Int) {
        var written = 0
        withUnsafeMutableBytes(of: &bytes) { written = write($0) }
        count = min(max(written, 0), Self.capacity)
    }

    /// Reads the bytes.
    @inline(__always)
    public func withBytes<R>(_ read: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withUnsafeBytes(of: bytes) { try read(UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
    }
}
