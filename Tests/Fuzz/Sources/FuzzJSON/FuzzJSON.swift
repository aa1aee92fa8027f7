import StrictJSON

/// Any bytes either parse or are refused with a place; what parses is written and parses again to the same value.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    guard let value = try? StrictJSON.parse(bytes) else { return 0 }
    var writer = JSONWriter()
    writer.value(value)
    guard let again = try? StrictJSON.parse(writer.bytes), again == value else {
        fatalError("written JSON does not parse to the same value")
    }
    return 0
}
