internal import Auth
internal import Crypto
internal import Wire

/// Finds the credential that a request is sent with.
///
/// One that stands in the request speaks for it, not the connection's certificate; several are refused, so that a proxy's and
/// a client's are never mixed up.
enum RequestCredential {
    /// Whether there is any to look for.
    @inline(__always)
    static func mayBe(in request: Request) -> Bool {
        request.has(.authorization) || request.has(.xAPIKey) || request.has(.cookie)
    }

    /// The digest of a request's key or bearer token, where that is all that could speak for it; nil where `find` has to say more.
    ///
    /// The usual case, taken from where it stands, without a copy.
    @inline(__always)
    static func digestOfOne(in request: Request) -> SHA256Digest? {
        guard !request.has(.cookie) else { return nil }
        if request.has(.xAPIKey) {
            guard !request.has(.authorization) else { return nil }
            return request.withHeader(.xAPIKey) { Credential.digest(.apiKey, cut($0)) }
        }
        return request.withHeader(.authorization) { bytes in
            isBearer(bytes)
                ? Credential.digest(
                    .bearer,
                    UnsafeRawBufferPointer(rebasing: cut(bytes).dropFirst(bearer.utf8CodeUnitCount))
                )
                : nil
        }.flatMap { $0 }
    }

    private static let bearer: StaticString = "bearer "

    /// Whether an `Authorization` is of that scheme, in any case, and has something behind it.
    private static func isBearer(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count > bearer.utf8CodeUnitCount else { return false }
        return bearer.withUTF8Buffer { word in
            zip(bytes, word).allSatisfy { $0 | 0x20 == $1 }
        }
    }

    private static func cut(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes.prefix(ConnectionLimits.tokenBytesMax + 1))
    }

    /// The request's own credential; nil if only its connection says who it is.
    static func find(in request: Request) -> Result<Credential?, AuthRefusal> {
        var found: [Credential] = []
        if let scheme = token(request, .authorization) {
            guard scheme.withUnsafeBytes(isBearer) else {
                return .failure(.notAccepted("such authorization"))
            }
            found.append(.bearer(RawToken(Array(scheme.dropFirst(bearer.utf8CodeUnitCount)))))
        }
        if let key = token(request, .xAPIKey) { found.append(.apiKey(RawToken(key))) }
        for session in sessions(in: request) { found.append(.session(RawToken(session))) }
        guard found.count <= 1 else { return .failure(.several) }
        return .success(found.first)
    }

    /// The token that a form in the body brings, where a row says that it speaks for the request (RFC 8693 section 2.1).
    @inline(never)
    static func inForm(of request: Request) -> Credential? {
        guard let body = request.body, let form = try? Query(body) else { return nil }
        return form.withValue(of: ExchangeForm.subjectToken) { value in
            value.isEmpty ? nil : .bearer(RawToken(Array(cut(value))))
        }.flatMap { $0 }
    }

    private static func token(_ request: Request, _ header: KnownHeader) -> [UInt8]? {
        request.withHeader(header) { Array(cut($0)) }
    }

    /// Our cookies among others, which are none of ours; browsers that speak HTTP/2 may send several fields (RFC 9113 section 8.2.3).
    private static func sessions(in request: Request) -> [[UInt8]] {
        guard request.has(.cookie) else { return [] }
        var found: [[UInt8]] = []
        request.forEachHeader { field, value in
            guard KnownHeader.cookie.isName(field) else { return }
            for part in cut(value).split(separator: UInt8(ascii: ";")) {
                let pair = part.drop { $0 == UInt8(ascii: " ") }
                if pair.starts(with: cookieName) {
                    found.append(Array(pair.dropFirst(cookieName.count)))
                }
            }
        }
        return found
    }

    private static let cookieName = Array("\(SessionCookie.name)=".utf8)
}
