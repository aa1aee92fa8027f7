import PKI

/// Feeds bytes to the parser of requests about certificates.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzStatusRequest(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    do throws(PKIError) {
        _ = try StatusRequest(bytes)
    } catch {
        _ = error.code + error.message
    }
    return 0
}
