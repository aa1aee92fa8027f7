/// The form of service, namespace, instance, zone and region names.
///
/// A name starts with an ASCII letter or digit, goes on with letters, digits, `.`, `_` and `-`, and
/// is at most ``RegistryLimits/nameBytesMax`` long. So each name is also one valid segment of a
/// SPIFFE ID's path (SPIFFE-ID section 2.2) and never `.` or `..`.
public enum RegistryName {
    /// Whether the text has the form of a name.
    public static func isValid(_ text: String) -> Bool {
        var length = 0
        for byte in text.utf8 {
            length += 1
            guard length <= RegistryLimits.nameBytesMax else { return false }
            guard isAlphanumeric(byte) || (length > 1 && isInner(byte)) else { return false }
        }
        return length > 0
    }

    /// Whether the text has the form of an instance's id: a name that may hold `:` inside, as `host1:api:8080` of Eureka clients.
    public static func isInstanceID(_ text: String) -> Bool {
        isValid(text.replacing(":", with: "-"))
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default:
            false
        }
    }

    private static func isInner(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}
