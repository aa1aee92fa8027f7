import PKI

/// Feeds certificate chains to the SVID verifier: two-byte lengths, each followed by one certificate.
///
/// The last certificate is the trust bundle too, so that a mutated chain can get as far as its signatures.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzChain(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    var chain: [[UInt8]] = []
    var index = 0
    while index + 2 <= bytes.count, chain.count < 8 {
        let length = Int(bytes[index]) << 8 | Int(bytes[index + 1])
        index += 2
        let end = min(index + length, bytes.count)
        chain.append(Array(bytes[index..<end]))
        index = end
    }
    var bundles: [TrustBundle] = []
    if let last = chain.last,
        let bundle = try? TrustBundle(trustDomain: "maxine.test", derCertificates: [last])
    {
        bundles.append(bundle)
    }
    let verifier = SVIDVerifier(trust: TrustStore(bundles: bundles))
    let now: Int64 = 1_795_435_200_000_000_000
    if case .failure(let refusal) = verifier.verify(
        UnverifiedChain(derCertificates: chain), nowNanoseconds: now)
    {
        _ = refusal.code + refusal.reason
    }
    if let leaf = chain.first { _ = verifier.reverify(leafDER: leaf, nowNanoseconds: now) }
    _ = try? TrustBundle(trustDomain: "maxine.test", pem: bytes)
    return 0
}
