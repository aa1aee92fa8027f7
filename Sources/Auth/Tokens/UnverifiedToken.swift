internal import StrictJSON

/// A compact JWS taken apart strictly; nothing about it is verified (RFC 7515 section 7.1).
package struct UnverifiedToken: Sendable {
    /// The algorithm that the header names.
    let algorithm: JWSAlgorithm
    /// The key that the header names.
    let keyID: String?
    /// The header's type, in lower case and without `application/`.
    let type: String?
    /// The payload where it is one JSON object without duplicate members (RFC 7519 section 4), not to be believed.
    let claims: JSONValue?
    let signedBytes: ArraySlice<UInt8>
    let signature: [UInt8]

    /// Bounds of the header and of the claims.
    private static let jsonLimits = JSONLimits(
        bytesMax: TokenLimits.tokenBytesMax, depthMax: TokenLimits.depthMax,
        valuesMax: TokenLimits.valuesMax)

    /// Takes a token apart.
    ///
    /// - Throws: ``TokenRefusal`` for whatever is not exactly of the form.
    package init(_ bytes: [UInt8]) throws(TokenRefusal) {
        guard bytes.count <= TokenLimits.tokenBytesMax else { throw .tooLong }
        let points = bytes.indices.filter { bytes[$0] == UInt8(ascii: ".") }
        guard points.count == 2 else { throw points.count == 4 ? .encrypted : .notCompact }
        let head = bytes[..<points[0]]
        let body = bytes[(points[0] + 1)..<points[1]]
        let tail = bytes[(points[1] + 1)...]
        guard !head.isEmpty, !tail.isEmpty else { throw .notCompact }
        guard let headBytes = Base64URL.decode(head), let payload = Base64URL.decode(body),
            let signature = Base64URL.decode(tail)
        else { throw .encoding }
        let header = try UnverifiedToken.header(headBytes)
        claims = UnverifiedToken.object(payload)
        self.signature = signature
        signedBytes = bytes[..<points[1]]
        algorithm = header.algorithm
        keyID = header.keyID
        type = header.type
    }

    private static func object(_ bytes: [UInt8]) -> JSONValue? {
        guard let value = try? StrictJSON.parse(bytes, limits: jsonLimits), case .object = value
        else { return nil }
        return value
    }

    private static func header(
        _ bytes: [UInt8]
    ) throws(TokenRefusal) -> (algorithm: JWSAlgorithm, keyID: String?, type: String?) {
        guard let value = object(bytes), case .object(let members) = value else { throw .header }
        for member in members {
            switch member.name {
            case "crit", "b64", "zip", "enc", "cty": throw .extensions
            case "jku", "jwk", "x5u", "x5c": throw .embeddedKey
            default: break
            }
        }
        guard let name = value["alg"]?.string else { throw .header }
        guard let algorithm = JWSAlgorithm(rawValue: name) else { throw .algorithm }
        return (algorithm, try text("kid", of: value), try text("typ", of: value).map(media))
    }

    /// A member that is a string if it is there at all.
    private static func text(_ name: String, of value: JSONValue) throws(TokenRefusal) -> String? {
        guard let member = value[name] else { return nil }
        guard let text = member.string,
            (1...TokenLimits.headerTextBytesMax).contains(text.utf8.count)
        else { throw .header }
        return text
    }

    /// RFC 7515 section 4.1.9: the prefix may be left out, and case means nothing.
    static func media(_ type: String) -> String {
        let lower = type.lowercased()
        return lower.hasPrefix("application/") ? String(lower.dropFirst(12)) : lower
    }
}

extension UnverifiedToken {
    /// Whether bytes begin with the form of a compact JWS (RFC 7515 section 7.1) over a JSON object, whatever follows.
    ///
    /// Next to nothing else has two parts that begin as `{"` does in base64url.
    package static func hasForm(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
        guard bytes.starts(with: object) else { return false }
        let rest = bytes.prefix(TokenLimits.soughtHeaderBytesMax).drop(while: Base64URL.isDigit)
        return rest.first == UInt8(ascii: ".")
            && bytes[rest.startIndex...].dropFirst().starts(with: object)
    }

    private static let object = Array("eyJ".utf8)
}
