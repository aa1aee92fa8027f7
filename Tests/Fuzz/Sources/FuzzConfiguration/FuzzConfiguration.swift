import Gateway

/// Any text either loads or is refused; never a trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfiguration(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: data, count: count)
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? ConfigurationFile.load(yaml: ("fuzz.yaml", text), environment: ["MAXINE_DATA": text])
    return 0
}
