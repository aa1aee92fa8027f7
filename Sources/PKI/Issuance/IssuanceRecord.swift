/// One certificate that was issued: who got it, from which authority, until when, by which record of the log.
public struct IssuanceRecord: Sendable, Equatable {
    /// The serial number, lower-case hexadecimal.
    public var serial: String
    /// The issuer's key identifier, lower-case hexadecimal.
    public var issuerKeyID: String
    /// The identity.
    public var spiffeID: String
    /// When it was issued, nanoseconds since the Unix epoch.
    public var issuedNanoseconds: Int64
    /// When it ends, nanoseconds since the Unix epoch.
    public var notAfterNanoseconds: Int64
    /// The log's record that allowed it; 0 for the registry's own certificates.
    public var sequence: UInt64

    /// Makes a record.
    public init(
        serial: String, issuerKeyID: String, spiffeID: String, issuedNanoseconds: Int64,
        notAfterNanoseconds: Int64, sequence: UInt64
    ) {
        self.serial = serial
        self.issuerKeyID = issuerKeyID
        self.spiffeID = spiffeID
        self.issuedNanoseconds = issuedNanoseconds
        self.notAfterNanoseconds = notAfterNanoseconds
        self.sequence = sequence
    }

    /// Appends the record: a length, fixed numbers, then the texts; about 130 bytes.
    func write(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes += [0, 0]
        for number in [
            UInt64(bitPattern: notAfterNanoseconds), UInt64(bitPattern: issuedNanoseconds),
            sequence,
        ] {
            withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
        }
        for text in [DERText.bytes(hex: serial), DERText.bytes(hex: issuerKeyID)] {
            let part = text.prefix(255)
            bytes.append(UInt8(part.count))
            bytes += part
        }
        bytes += spiffeID.utf8.prefix(2048)
        let length = UInt16(clamping: bytes.count - start - 2)
        bytes[start] = UInt8(truncatingIfNeeded: length)
        bytes[start + 1] = UInt8(truncatingIfNeeded: length >> 8)
    }

    /// Reads one record and moves on behind it; nil at the end or where the bytes are none.
    init?(_ bytes: [UInt8], at position: inout Int) {
        guard position + 2 <= bytes.count else { return nil }
        let length = Int(bytes[position]) | Int(bytes[position + 1]) << 8
        let end = position + 2 + length
        guard length >= 26, end <= bytes.count else { return nil }
        var cursor = position + 2
        func number() -> UInt64 {
            defer { cursor += 8 }
            return (0..<8).reduce(0) { $0 | UInt64(bytes[cursor + $1]) << UInt64(8 * $1) }
        }
        func text() -> String? {
            let size = cursor < end ? Int(bytes[cursor]) : Int.max
            guard size < end - cursor else { return nil }
            defer { cursor += 1 + size }
            return hexText(bytes[(cursor + 1)..<(cursor + 1 + size)])
        }
        let notAfter = Int64(bitPattern: number())
        let issued = Int64(bitPattern: number())
        let sequence = number()
        guard let serial = text(), let issuer = text() else { return nil }
        self.init(
            serial: serial, issuerKeyID: issuer,
            spiffeID: String(decoding: bytes[cursor..<end], as: UTF8.self),
            issuedNanoseconds: issued, notAfterNanoseconds: notAfter, sequence: sequence)
        position = end
    }
}
