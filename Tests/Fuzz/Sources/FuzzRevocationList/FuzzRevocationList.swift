import PKI

/// Feeds bytes to the parser of lists of revoked certificates that were made elsewhere.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRevocationList(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    do throws(PKIError) {
        _ = try UnverifiedList(bytes)
    } catch {
        _ = error.code + error.message
    }
    return 0
}
