/// The request methods that routes know; any other token is `other`.
///
/// RFC 9110 section 9; PATCH is RFC 5789. Methods are case-sensitive.
public enum Method: UInt8, Sendable, Equatable {
    case get
    case head
    case post
    case put
    case delete
    case options
    case patch
    case other

    /// Recognises a method token.
    @inline(__always)
    init(token bytes: UnsafeRawBufferPointer) {
        switch bytes.count {
        case 3:
            if Bytes.equal(bytes, "GET") {
                self = .get
            } else if Bytes.equal(bytes, "PUT") {
                self = .put
            } else {
                self = .other
            }
        case 4:
            self = Bytes.equal(bytes, "POST") ? .post : Bytes.equal(bytes, "HEAD") ? .head : .other
        case 5: self = Bytes.equal(bytes, "PATCH") ? .patch : .other
        case 6: self = Bytes.equal(bytes, "DELETE") ? .delete : .other
        case 7: self = Bytes.equal(bytes, "OPTIONS") ? .options : .other
        default: self = .other
        }
    }
}
