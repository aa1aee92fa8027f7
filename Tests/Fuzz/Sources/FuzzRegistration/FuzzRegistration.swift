import Registry
import StrictJSON

/// Reads any bytes as the body of a registration; what is accepted must come back equal from its
/// journal detail.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRegistration(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let body = try? StrictJSON.parse(bytes) else { return 0 }
    let name = String(decoding: bytes.suffix(12), as: UTF8.self)
    _ = try? Registration.parse(body, service: name, id: "i")
    guard let accepted = try? Registration.parse(body, service: "s", id: "i") else { return 0 }
    guard let detail = try? StrictJSON.parse(accepted.encodedDetail()),
        let back = try? Registration.decode(
            detail: detail, namespace: accepted.namespace, service: "s", id: "i"),
        back == accepted
    else {
        fatalError("an accepted registration does not come back from its detail")
    }
    return 0
}
