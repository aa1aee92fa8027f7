internal import SwiftASN1
internal import Text

/// What a time-stamping authority says of some bytes (RFC 3161 section 2.4.2).
struct TimestampInfo: Sendable, Equatable {
    let policy: String
    /// SHA-256 of the bytes.
    let digest: [UInt8]
    /// The timestamp's own number, the highest byte first.
    let serial: [UInt8]
    let nanoseconds: Int64
    /// Nil where the request had none.
    let nonce: [UInt8]?

    init(_ der: ArraySlice<UInt8>) throws {
        let fields = try DER.parse(der).children(count: 5...10, "timestamp info")
        guard try Self.number(fields[0]) == [1] else {
            throw DERFlaw.malformed("a version that is not known")
        }
        policy = "\(try ASN1ObjectIdentifier(derEncoded: fields[1]))"
        digest = try Self.digest(fields[2])
        serial = try Self.number(fields[3])
        nanoseconds = try Self.time(fields[4])
        var nonce: [UInt8]?
        var last = 0
        for field in fields.dropFirst(5) {
            // Accuracy, ordering, nonce, name and extensions, each at most once and in this order.
            let place = try Self.place(field)
            guard place > last else { throw DERFlaw.malformed("fields out of order") }
            last = place
            if field.identifier == .integer { nonce = try Self.number(field) }
            if field.identifier == .context(1) { try Self.check(extensions: field) }
        }
        self.nonce = nonce
    }

    private static func place(_ field: ASN1Node) throws -> Int {
        switch field.identifier {
        case .sequence: 1
        case .boolean: 2
        case .integer: 3
        case .context(0): 4
        case .context(1): 5
        default: throw DERFlaw.malformed("an unknown field")
        }
    }

    private static func digest(_ node: ASN1Node) throws -> [UInt8] {
        let imprint = try node.children(count: 2...2, "message imprint")
        let algorithm = try imprint[0].children(count: 1...2, "digest algorithm")
        guard try ASN1ObjectIdentifier(derEncoded: algorithm[0]) == TimestampID.sha256 else {
            throw DERFlaw.malformed("a digest that is not SHA-256")
        }
        return Array(try imprint[1].primitive("digest"))
    }

    /// A number that is not negative, without leading zeros.
    static func number(_ node: ASN1Node) throws -> [UInt8] {
        let bytes = try node.primitive("number")
        guard node.identifier == .integer, let first = bytes.first, first < 0x80,
            bytes.count <= PKILimits.timestampNumberBytesMax
        else { throw DERFlaw.malformed("a number that is negative or too long") }
        return Array(bytes.drop { $0 == 0 })
    }

    /// `YYYYMMDDhhmmss[.s...]Z`.
    private static func time(_ node: ASN1Node) throws -> Int64 {
        let text = Array(try node.primitive("time"))
        let parts = text.dropLast().split(
            separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard node.identifier == .generalizedTime, text.last == UInt8(ascii: "Z"),
            let whole = parts.first, whole.count == 14, parts.count <= 2,
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (48...57).contains($0) } })
        else { throw DERFlaw.malformed("a time of another form") }
        let digits = String(decoding: whole, as: UTF8.self)
        var written = ""
        for (index, digit) in digits.enumerated() {
            switch index {
            case 4, 6: written.append("-")
            case 8: written.append("T")
            case 10, 12: written.append(":")
            default: break
            }
            written.append(digit)
        }
        if parts.count == 2 { written += "." + String(decoding: parts[1].prefix(9), as: UTF8.self) }
        guard let nanoseconds = CivilTime.nanoseconds(rfc3339: written + "Z") else {
            throw DERFlaw.malformed("a time that there is not")
        }
        return nanoseconds
    }

    private static func check(extensions node: ASN1Node) throws {
        for one in try node.children(count: 1...16, "extensions") {
            let fields = try one.children(count: 2...3, "extension")
            guard fields.count == 2 else {
                throw DERFlaw.malformed("a critical extension that is not known")
            }
        }
    }
}
