import PKI

/// Feeds bytes to the parser of certificate signing requests, as DER and as PEM.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCSR(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    do throws(PKIError) {
        _ = "\(try ParsedCSR(bytes).spiffeID)"
    } catch {
        _ = error.code + error.message
    }
    return 0
}
