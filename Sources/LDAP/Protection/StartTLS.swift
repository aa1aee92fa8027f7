/// The request to protect a connection, and how the answer is read, before there is any protection (RFC 4511 section 4.14).
///
/// What answers may be anybody on the way. So the answer is read strictly, and nothing may follow it: what was sent in the clear
/// must not pass for something protected.
public enum StartTLS {
    /// The extended request with the message id 1.
    public static let request: [UInt8] =
        [0x30, 0x1D, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16]
        + Array("1.3.6.1.4.1.1466.20037".utf8)

    /// What has been received so far.
    public enum Answer: Equatable, Sendable {
        /// Not all of it is there.
        case incomplete
        /// TLS begins now.
        case accepted
        /// The result code by which the server does not want to.
        case refused(UInt8)
        /// What came is no such answer.
        case malformed
    }

    /// The longest answer that is read.
    static let bytesMax = 4096

    /// Reads what has come.
    public static func read(_ bytes: [UInt8]) -> Answer {
        guard let first = bytes.first else { return .incomplete }
        guard first == 0x30, bytes.count <= bytesMax else { return .malformed }
        guard let message = Element(bytes[...]) else {
            return bytes.count < 6 || Element.isBegun(bytes[...], bytesMax)
                ? .incomplete : .malformed
        }
        guard message.rest.isEmpty, let id = Element(message.content), id.tag == 0x02,
            Array(id.content) == [1], let response = Element(id.rest), response.tag == 0x78,
            let code = Element(response.content), code.tag == 0x0A, code.content.count == 1,
            let number = code.content.first
        else { return .malformed }
        return number == 0 ? .accepted : .refused(number)
    }
}

/// One element of BER in the definite form.
private struct Element {
    let tag: UInt8
    let content: ArraySlice<UInt8>
    let rest: ArraySlice<UInt8>

    init?(_ bytes: ArraySlice<UInt8>) {
        guard let tag = bytes.first, let (length, start) = Self.length(bytes),
            length <= bytes.count - start
        else { return nil }
        self.tag = tag
        content = bytes.dropFirst(start).prefix(length)
        rest = bytes.dropFirst(start + length)
    }

    /// Whether more bytes could make it whole.
    static func isBegun(_ bytes: ArraySlice<UInt8>, _ most: Int) -> Bool {
        guard let (length, start) = length(bytes) else { return false }
        return length <= most - start
    }

    /// The length that is written, and how many bytes stand before the content.
    private static func length(_ bytes: ArraySlice<UInt8>) -> (Int, Int)? {
        guard let first = bytes.dropFirst().first else { return nil }
        if first < 0x80 { return (Int(first), 2) }
        let count = Int(first & 0x7F)
        let digits = bytes.dropFirst(2).prefix(count)
        guard (1...4).contains(count), digits.count == count else { return nil }
        return (digits.reduce(0) { $0 << 8 | Int($1) }, 2 + count)
    }
}
