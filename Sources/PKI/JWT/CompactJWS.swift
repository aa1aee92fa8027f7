internal import StrictJSON

/// A JWS in compact serialization (RFC 7515 section 7.1), parsed and not verified.
///
/// INVARIANT: the algorithm is judged before anything else of the token is processed (JWT-SVID section 2.1).
struct CompactJWS {
    let algorithm: JWSAlgorithm
    let keyID: String
    let payload: [UInt8]
    let signature: [UInt8]
    let signingInput: [UInt8]

    init(_ token: String) throws(JWTRefusal) {
        let bytes = Array(token.utf8)
        guard bytes.count <= PKILimits.tokenBytesMax else { throw .tooLarge(bytes: bytes.count) }
        let parts = bytes.split(
            separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("not three parts") }
        guard let header = Base64URL.decode(parts[0]) else {
            throw .malformed("the header is not base64url")
        }
        (algorithm, keyID) = try Self.read(header: header)
        guard let payload = Base64URL.decode(parts[1]) else {
            throw .malformed("the claims are not base64url")
        }
        guard let signature = Base64URL.decode(parts[2]), !signature.isEmpty else {
            throw .malformed("the signature is not base64url")
        }
        self.payload = payload
        self.signature = signature
        signingInput = Array(bytes.prefix(parts[0].count + 1 + parts[1].count))
    }

    private static func read(header: [UInt8]) throws(JWTRefusal) -> (JWSAlgorithm, String) {
        let value: JSONValue
        do {
            value = try StrictJSON.parse(header, limits: .token)
        } catch {
            throw .malformed("the header is not strict JSON (\(error.message))")
        }
        guard case .object(let members) = value else { throw .malformed("the header is no object") }
        guard let name = value["alg"]?.string else { throw .malformed("the header has no alg") }
        guard let algorithm = JWSAlgorithm(rawValue: name) else { throw .algorithm(name) }
        for member in members where !["alg", "kid", "typ"].contains(member.name) {
            throw .unexpectedHeader(member.name)
        }
        if let type = value["typ"] {
            guard let text = type.string, text == "JWT" || text == "JOSE" else {
                throw .malformed("typ is neither JWT nor JOSE")
            }
        }
        guard let keyID = value["kid"]?.string, !keyID.isEmpty else {
            throw .malformed("the header has no kid")
        }
        return (algorithm, keyID)
    }
}

extension JSONLimits {
    /// For the two JSON texts of a token.
    static let token = JSONLimits(
        bytesMax: PKILimits.tokenBytesMax, depthMax: 8, valuesMax: 256)
}
