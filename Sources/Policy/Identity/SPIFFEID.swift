/// A workload's name: `spiffe://<trust domain>[/<path>]` (SPIFFE-ID section 2).
///
/// Only well-formed IDs exist as values. Comparison is byte for byte; input whose scheme or trust
/// domain is not in lower case is refused, so no two spellings of one ID exist.
public struct SPIFFEID: Hashable, Sendable {
    /// The trust domain's name, in lower case.
    public let trustDomain: String
    /// The path, empty or beginning with a slash.
    public let path: String

    /// Reads an ID from its only accepted spelling.
    ///
    /// - Throws: `SPIFFEIDError`, naming the first rule that is broken.
    public init(parsing text: String) throws(SPIFFEIDError) {
        let bytes = Array(text.utf8)
        if bytes.isEmpty { throw .empty }
        if bytes.count > PolicyLimits.spiffeIDBytesMax { throw .tooLong(bytes: bytes.count) }
        let scheme = Array("spiffe://".utf8)
        guard bytes.starts(with: scheme) else { throw .wrongScheme }
        let rest = bytes.dropFirst(scheme.count)
        let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        let domain = rest[..<slash]
        try Self.checkTrustDomain(domain)
        try Self.checkPath(rest[slash...])
        trustDomain = String(decoding: domain, as: UTF8.self)
        path = String(decoding: rest[slash...], as: UTF8.self)
    }

    /// Puts an ID together from a trust domain's name and path segments.
    ///
    /// - Throws: `SPIFFEIDError` when a part or the whole is not well-formed.
    public init(trustDomain: String, segments: [String]) throws(SPIFFEIDError) {
        let path = segments.map { "/" + $0 }.joined()
        guard !segments.contains(where: { $0.utf8.contains(UInt8(ascii: "/")) }) else {
            throw .badPathCharacter
        }
        guard !trustDomain.utf8.contains(UInt8(ascii: "/")) else {
            throw .badTrustDomainCharacter
        }
        try self.init(parsing: "spiffe://\(trustDomain)\(path)")
    }

    /// The path's segments; empty for a trust domain's own ID.
    public var pathSegments: [Substring] {
        path.isEmpty ? [] : path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }

    /// Whether a text may name a trust domain (SPIFFE-ID section 2.1).
    public static func isTrustDomain(_ text: String) -> Bool {
        do {
            try checkTrustDomain(Array(text.utf8)[...])
            return true
        } catch {
            return false
        }
    }
}

extension SPIFFEID: CustomStringConvertible {
    /// The ID's spelling.
    public var description: String { "spiffe://\(trustDomain)\(path)" }
}

extension SPIFFEID {
    private static func checkTrustDomain(_ name: ArraySlice<UInt8>) throws(SPIFFEIDError) {
        if name.isEmpty { throw .missingTrustDomain }
        guard name.allSatisfy(isTrustDomainByte) else { throw .badTrustDomainCharacter }
        if name.count > PolicyLimits.trustDomainBytesMax {
            throw .trustDomainTooLong(bytes: name.count)
        }
    }

    private static func checkPath(_ path: ArraySlice<UInt8>) throws(SPIFFEIDError) {
        guard let last = path.last else { return }
        if last == UInt8(ascii: "/") { throw .trailingSlash }
        for segment in path.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            if segment.isEmpty { throw .emptySegment }
            guard segment.allSatisfy(isSegmentByte) else { throw .badPathCharacter }
            if segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) {
                throw .dotSegment
            }
        }
    }

    private static func isTrustDomainByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Whether a byte may stand in a path segment (SPIFFE-ID section 2.2).
    static func isSegmentByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: isTrustDomainByte(byte)
        }
    }
}
