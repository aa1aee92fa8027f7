internal import Auth
internal import Wire

/// An API key, a token or another secret in a URL: refused, and not repeated, since what stands in a URL is kept by histories, proxies and logs.
enum KeyInTarget {
    /// Whether path or query hold what looks like a secret, also with its characters escaped.
    @inline(never)
    static func isIn(_ request: Request) -> Bool {
        request.withPathBytes(holdsKey) || request.withQueryBytes(holdsKey)
    }

    /// Whether bytes hold what looks like a secret, whatever its checksum or signature.
    static func holdsKey(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if bytes.contains(UInt8(ascii: "%")) { return isFound(in: unescaped(bytes)) }
        return isFound(in: bytes)
    }

    private static func isFound<Bytes: RandomAccessCollection<UInt8>>(in bytes: Bytes) -> Bool
    where Bytes.Index == Int {
        var place = bytes.startIndex
        while bytes.endIndex - place >= SecretText.count {
            switch bytes[place] {
            case UInt8(ascii: "m"):
                if APIKeyText.hasForm(bytes[place...]) || SecretText.hasForm(bytes[place...]) {
                    return true
                }
            case UInt8(ascii: "e"):
                if UnverifiedToken.hasForm(bytes[place...]) { return true }
            default: break
            }
            place += 1
        }
        return false
    }

    /// The bytes with each escape (RFC 3986 section 2.1) as what it stands for; one that is none stays.
    private static func unescaped(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count,
                let high = digit(bytes[place + 1]), let low = digit(bytes[place + 2])
            {
                out.append(high << 4 | low)
                place += 3
            } else {
                out.append(bytes[place])
                place += 1
            }
        }
        return out
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Problem {
    /// A key where everybody writes down what he reads.
    static let keyInTarget = Problem(
        status: 400, code: "key-in-url", title: "secret in the URL",
        detail:
            "an API key belongs into the header X-API-Key, a token or session into Authorization or a"
            + " cookie, never into a URL, which logs and histories keep: rotate or revoke this one")
}
