import SwiftASN1
import Text

/// A time as certificates and lists of them write it (RFC 5280 section 4.1.2.5): UTCTime until 2049, GeneralizedTime without fractions from 2050.
enum DERTime {
    /// Seconds since the Unix epoch.
    static func seconds(_ node: ASN1Node) throws -> Int64 {
        let digits = String(decoding: try digits(node), as: UTF8.self)
        var text = ""
        for (index, digit) in digits.enumerated() {
            switch index {
            case 4, 6: text.append("-")
            case 8: text.append("T")
            case 10, 12: text.append(":")
            default: break
            }
            text.append(digit)
        }
        guard let nanoseconds = CivilTime.nanoseconds(rfc3339: text + "Z") else {
            throw DERFlaw.malformed("a time that there is not")
        }
        return nanoseconds / PKILimits.nanosecondsPerSecond
    }

    /// Fourteen digits, from the year to the second.
    static func digits(_ node: ASN1Node) throws -> [UInt8] {
        let text = try node.primitive("time")
        let digits = Array(text.dropLast())
        guard text.last == UInt8(ascii: "Z"), digits.allSatisfy({ (48...57).contains($0) }) else {
            throw DERFlaw.malformed("a time that is not in whole seconds of UTC")
        }
        switch (node.identifier, digits.count) {
        case (.utcTime, 12):
            return Array((digits.lexicographicallyPrecedes("50".utf8) ? "20" : "19").utf8) + digits
        case (.generalizedTime, 14):
            guard digits.prefix(4).lexicographicallyPrecedes("2050".utf8) else { return digits }
            throw DERFlaw.malformed("a GeneralizedTime before 2050")
        default: throw DERFlaw.malformed("a time of another form")
        }
    }
}
