/// The request headers that are found without a search.
public enum KnownHeader: UInt8, CaseIterable, Sendable {
    case host
    case connection
    case contentLength
    case transferEncoding
    case expect
    case authorization
    case xAPIKey
    case userAgent
    case xRequestID
    case contentType
    case accept
    case prefer
    case cookie
    case origin
    case xConsulToken
    case ifNoneMatch

    static let count = 16

    /// Whether a field's name is this one, in any case.
    public func isName(_ field: UnsafeRawBufferPointer) -> Bool { Bytes.equalFolded(field, name) }

    /// The name in lower case.
    public var name: StaticString {
        switch self {
        case .host: "host"
        case .connection: "connection"
        case .contentLength: "content-length"
        case .transferEncoding: "transfer-encoding"
        case .expect: "expect"
        case .authorization: "authorization"
        case .xAPIKey: "x-api-key"
        case .userAgent: "user-agent"
        case .xRequestID: "x-request-id"
        case .contentType: "content-type"
        case .accept: "accept"
        case .prefer: "prefer"
        case .cookie: "cookie"
        case .origin: "origin"
        case .xConsulToken: "x-consul-token"
        case .ifNoneMatch: "if-none-match"
        }
    }

    /// True for a field that may stand once only; a second one makes the request malformed.
    var isSingle: Bool {
        switch self {
        case .host, .contentLength, .transferEncoding, .expect, .authorization, .xAPIKey,
            .xRequestID, .contentType, .origin, .xConsulToken:
            true
        case .connection, .userAgent, .accept, .prefer, .cookie, .ifNoneMatch: false
        }
    }

    /// Recognises a valid field name in any case: by length, then by first letter, then by all bytes.
    @inline(__always)
    init?(name bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first.map({ $0 | 0x20 }),
            let candidate = Self.candidate(length: bytes.count, first: first),
            Bytes.equalFolded(bytes, candidate.name)
        else { return nil }
        self = candidate
    }

    @inline(__always)
    private static func candidate(length: Int, first: UInt8) -> KnownHeader? {
        switch (length, first) {
        case (4, 0x68): .host
        case (6, 0x61): .accept
        case (6, 0x63): .cookie
        case (6, 0x65): .expect
        case (6, 0x6F): .origin
        case (6, 0x70): .prefer
        case (9, 0x78): .xAPIKey
        case (10, 0x63): .connection
        case (10, 0x75): .userAgent
        case (12, 0x63): .contentType
        case (12, 0x78): .xRequestID
        case (13, 0x61): .authorization
        case (13, 0x69): .ifNoneMatch
        case (14, 0x63): .contentLength
        case (14, 0x78): .xConsulToken
        case (17, 0x74): .transferEncoding
        default: nil
        }
    }
}
