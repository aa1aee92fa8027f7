internal import Auth
internal import Wire

/// Finds the credential that a request is sent with.
///
/// One that stands in the request speaks for it, not the connection's certificate; several are refused, so that a proxy's and
/// a client's are never mixed up.
enum RequestCredential {
    static let sessionCookie: StaticString = "__Host-maxine"

    /// Whether there is any to look for.
    @inline(__always)
    static func mayBe(in request: Request) -> Bool {
        request.has(.authorization) || request.has(.xAPIKey) || request.has(.cookie)
    }

    /// The request's own credential; nil if only its connection says who it is.
    static func find(in request: Request) -> Result<Credential?, AuthRefusal> {
        var found: [Credential] = []
        if let scheme = token(request, .authorization) {
            let word = Array("bearer ".utf8)
            let isBearer =
                scheme.count > word.count
                && zip(scheme, word).allSatisfy { $0 | 0x20 == $1 }
            guard isBearer else { return .failure(.notAccepted("such authorization")) }
            found.append(.bearer(RawToken(Array(scheme.dropFirst(word.count)))))
        }
        if let key = token(request, .xAPIKey) { found.append(.apiKey(RawToken(key))) }
        if let session = session(in: request) { found.append(.session(RawToken(session))) }
        guard found.count <= 1 else { return .failure(.several) }
        return .success(found.first)
    }

    private static func token(_ request: Request, _ header: KnownHeader) -> [UInt8]? {
        request.withHeader(header) { Array($0.prefix(ConnectionLimits.tokenBytesMax + 1)) }
    }

    /// Our cookie among others; those of other programs are none of ours.
    private static func session(in request: Request) -> [UInt8]? {
        guard let cookies = token(request, .cookie) else { return nil }
        let name = Array(sessionCookie.description.utf8) + [UInt8(ascii: "=")]
        for part in cookies.split(separator: UInt8(ascii: ";")) {
            let pair = part.drop { $0 == UInt8(ascii: " ") }
            if pair.starts(with: name) { return Array(pair.dropFirst(name.count)) }
        }
        return nil
    }
}
