import Text

/// A pattern for SPIFFE IDs: the trust domain is exact, each path segment is a `NamePattern`.
struct SPIFFEPattern: Hashable, Sendable {
    let trustDomain: String
    let segments: [NamePattern]

    /// Reads a pattern; `{trust_domain}` stands for the installation's own.
    ///
    /// - Throws: `SPIFFEPatternError`.
    init(parsing written: String, trustDomain own: String) throws(SPIFFEPatternError) {
        let text = Self.replacingPlaceholder(in: written, with: own)
        let starless = String(text.map { $0 == "*" ? "x" : $0 })
        let id: SPIFFEID
        do {
            id = try SPIFFEID(parsing: starless)
        } catch {
            throw .malformed(error)
        }
        let rest = text.dropFirst("spiffe://".count)
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard let domain = parts.first, domain.utf8.elementsEqual(id.trustDomain.utf8) else {
            throw .wildcardTrustDomain
        }
        for part in parts.dropFirst() {
            if part.dropLast().contains("*") { throw .starInside }
        }
        trustDomain = id.trustDomain
        segments = parts.dropFirst().map { NamePattern(String($0)) }
    }

    func matches(_ id: SPIFFEID) -> Bool {
        guard id.trustDomain.isExactly(trustDomain) else { return false }
        let parts = id.pathSegments
        return parts.count == segments.count
            && zip(segments, parts).allSatisfy { $0.matches($1) }
    }

    /// The pattern with the trust domain filled in.
    var text: String {
        "spiffe://" + trustDomain + segments.map { "/" + $0.text }.joined()
    }

    static func replacingPlaceholder(in text: String, with trustDomain: String) -> String {
        let placeholder = "spiffe://{trust_domain}"
        guard text.utf8.starts(with: placeholder.utf8) else { return text }
        return "spiffe://\(trustDomain)" + String(text.dropFirst(placeholder.count))
    }
}

/// Why a text is no pattern for SPIFFE IDs.
enum SPIFFEPatternError: Error, Equatable {
    case malformed(SPIFFEIDError)
    case wildcardTrustDomain
    case starInside

    var reason: String {
        switch self {
        case .malformed(let error): "\(error)"
        case .wildcardTrustDomain: "the trust domain can't be a pattern"
        case .starInside: "'*' may stand only at the end of a path segment"
        }
    }
}

extension SPIFFEPatternError: CustomStringConvertible {
    var description: String { reason }
}
