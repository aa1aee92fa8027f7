import Policy

/// Reads the bytes as a SPIFFE ID, an address, an address block and an identity template.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSPIFFEID(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    if let id = try? SPIFFEID(parsing: text) {
        // An accepted ID has one spelling, and its parts make it again.
        let segments = id.pathSegments.map(String.init)
        let again = try? SPIFFEID(trustDomain: id.trustDomain, segments: segments)
        guard again == id, id.description.utf8.elementsEqual(text.utf8) else {
            fatalError("accepted but not the same: \(text)")
        }
        _ = IdentityTemplate.consul.serviceIdentity(of: id)
    }
    if let address = IPAddress(parsing: text), IPAddress(parsing: address.description) != address {
        fatalError("address is not what it prints: \(text)")
    }
    if let block = try? CIDR(parsing: text) {
        guard let again = try? CIDR(parsing: block.description), again == block,
            block.contains(block.first)
        else { fatalError("block is not what it prints: \(text)") }
    }
    _ = try? IdentityTemplate(text)
    return 0
}
