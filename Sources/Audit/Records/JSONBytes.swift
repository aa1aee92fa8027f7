/// Literals of JSON, for records whose shape is fixed.
extension [UInt8] {
    @inline(__always)
    mutating func append(_ literal: StaticString) {
        append(
            contentsOf: UnsafeBufferPointer(
                start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}
