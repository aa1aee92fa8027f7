import Crypto

/// Why a time stamp is not taken.
public enum TimestampError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes are no time-stamp response.
    case malformed
    /// The authority did not grant the request.
    case notGranted(status: Int)
    /// The stamp is for other bytes.
    case otherData

    /// The error in one line.
    public var description: String {
        switch self {
        case .malformed: "not a time-stamp response (RFC 3161)"
        case .notGranted(let status): "the authority did not grant it (status \(status))"
        case .otherData: "the stamp is for other bytes than this checkpoint"
        }
    }
}

/// Asks a time-stamping authority to attest a note (RFC 3161 section 2.4.1).
public struct TimestampRequest: Sendable {
    /// The request in DER.
    public let encoded: [UInt8]

    /// Makes a request over the SHA-256 of a note, asking for the authority's certificate.
    public init(note: SignedNote) {
        let digest = Array(SHA256.hash(data: Array(note.description.utf8)))
        var nonce = (0..<8).map { _ in UInt8.random(in: 0...255) }
        nonce[0] = nonce[0] & 0x7F | 0x40
        let algorithm = DER.sequence(DER.sha256 + [0x05, 0x00])
        let imprint = DER.sequence(algorithm + DER.tagged(0x04, digest))
        encoded = DER.sequence(
            DER.tagged(0x02, [1]) + imprint + DER.tagged(0x02, nonce)
                + DER.tagged(0x01, [0xFF]))
    }
}

/// What an authority's response says (RFC 3161 section 2.4.2); its signature is not checked here.
public struct TimestampResponse: Sendable {
    /// The time as the authority wrote it, `YYYYMMDDhhmmss[.s]Z`.
    public let time: String
    private let digest: [UInt8]

    /// Reads a granted response.
    ///
    /// - Throws: `TimestampError.malformed`, `.notGranted`.
    public init(_ bytes: [UInt8]) throws(TimestampError) {
        guard bytes.count <= Limits.noteBytesMax * 4, let response = DER.read(bytes[...]),
            response.tag == 0x30, let info = DER.read(response.content), info.tag == 0x30,
            let status = DER.read(info.content), status.tag == 0x02, status.content.count == 1,
            let number = status.content.first
        else { throw .malformed }
        guard number <= 1 else { throw .notGranted(status: Int(number)) }
        // The signed content of the token: the structure that begins with version 1 and a policy.
        guard let content = Self.signedContent(info.rest), let body = DER.read(content),
            body.tag == 0x30
        else { throw .malformed }
        let parts = DER.list(body.content)
        guard parts.count >= 5, parts[0].tag == 0x02, parts[1].tag == 0x06, parts[2].tag == 0x30,
            parts[4].tag == 0x18
        else { throw .malformed }
        let imprint = DER.list(parts[2].content)
        guard imprint.count == 2, imprint[1].tag == 0x04,
            DER.list(imprint[0].content).first.map({ DER.tagged(0x06, Array($0.content)) })
                == DER.sha256
        else { throw .malformed }
        digest = Array(imprint[1].content)
        time = String(decoding: parts[4].content, as: UTF8.self)
    }

    /// Says whether the stamp is about a note.
    ///
    /// - Throws: `TimestampError.otherData`.
    public func check(note: String) throws(TimestampError) {
        if Array(SHA256.hash(data: Array(note.utf8))) != digest { throw .otherData }
    }

    /// ContentInfo > SignedData > encapContentInfo > eContent (RFC 5652 section 5).
    private static func signedContent(_ token: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let info = DER.read(token), info.tag == 0x30,
            let wrapped = DER.list(info.content).first(where: { $0.tag == 0xA0 }),
            let signed = DER.read(wrapped.content), signed.tag == 0x30
        else { return nil }
        let parts = DER.list(signed.content)
        guard parts.count >= 3, parts[2].tag == 0x30,
            let inner = DER.list(parts[2].content).first(where: { $0.tag == 0xA0 }),
            let octets = DER.read(inner.content), octets.tag == 0x04
        else { return nil }
        return octets.content
    }
}

/// As much of DER as time stamps need (X.690 section 10).
enum DER {
    /// The identifier 2.16.840.1.101.3.4.2.1.
    static let sha256: [UInt8] = [
        0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
    ]

    struct Element {
        var tag: UInt8
        var content: ArraySlice<UInt8>
        var rest: ArraySlice<UInt8>
    }

    static func tagged(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        content.count < 128
            ? [tag, UInt8(content.count)] + content
            : [tag, 0x82, UInt8(content.count >> 8 & 0xFF), UInt8(content.count & 0xFF)] + content
    }

    static func sequence(_ content: [UInt8]) -> [UInt8] { tagged(0x30, content) }

    /// The first element of some bytes, or nil if it is malformed or cut.
    static func read(_ bytes: ArraySlice<UInt8>) -> Element? {
        var rest = bytes
        guard let tag = rest.popFirst(), let first = rest.popFirst() else { return nil }
        var count = Int(first)
        if first >= 0x80 {
            let width = Int(first & 0x7F)
            guard (1...3).contains(width), rest.count >= width else { return nil }
            count = rest.prefix(width).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(width)
        }
        guard count <= rest.count else { return nil }
        return Element(tag: tag, content: rest.prefix(count), rest: rest.dropFirst(count))
    }

    /// All elements in a row; what is malformed ends the list.
    static func list(_ bytes: ArraySlice<UInt8>) -> [Element] {
        var out: [Element] = []
        var rest = bytes
        while let element = read(rest) {
            out.append(element)
            rest = element.rest
        }
        return out
    }
}
