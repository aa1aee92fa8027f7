internal import Auth
internal import Wire

extension Request {
    /// Whether the request carries a credential of its own, besides the connection's certificate.
    @inline(__always)
    var presentsCredential: Bool { has(.authorization) || has(.xAPIKey) }

    /// The one credential of the request.
    ///
    /// - Throws: ``Problem`` 400 for two at once (which of them would count?), 401 for another scheme than Bearer.
    func credential() throws(Problem) -> RawCredential {
        if has(.authorization), has(.xAPIKey) {
            throw .malformed("a request presents one credential: Authorization or X-API-Key")
        }
        if has(.xAPIKey) {
            return try Self.credential(.apiKeyHeader, withHeader(.xAPIKey) { Array($0) } ?? [])
        }
        let value = withHeader(.authorization) { Array($0) } ?? []
        let scheme = "bearer "
        let head = value.prefix(scheme.utf8.count).map {
            (0x41...0x5A).contains($0) ? $0 | 0x20 : $0
        }
        guard head.elementsEqual(scheme.utf8) else { throw .badCredential }
        return try Self.credential(.bearer, Array(value.dropFirst(scheme.utf8.count)))
    }

    private static func credential(
        _ carrier: RawCredential.Carrier, _ bytes: [UInt8]
    ) throws(Problem) -> RawCredential {
        guard (1...ExchangeLimits.credentialBytesMax).contains(bytes.count),
            bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw .badCredential }
        return RawCredential(carrier: carrier, bytes: bytes)
    }
}
