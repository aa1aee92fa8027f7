/// Padded base64, strict on the way in (RFC 4648 section 4).
enum Base64 {
    private static let alphabet: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// How many characters so many bytes become.
    static func count(ofBytes count: Int) -> Int { (count + 2) / 3 * 4 }

    static func text(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        bytes.withUnsafeBytes { append($0, to: &out) }
        return String(decoding: out, as: UTF8.self)
    }

    static func append(_ bytes: UnsafeRawBufferPointer, to out: inout [UInt8]) {
        let start = out.count
        out.append(contentsOf: repeatElement(0, count: count(ofBytes: bytes.count)))
        out.withUnsafeMutableBytes {
            _ = write(bytes, to: UnsafeMutableRawBufferPointer(rebasing: $0[start...]))
        }
    }

    /// Writes the characters; the room must hold `count(ofBytes:)`.
    static func write(
        _ bytes: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer
    ) -> Int {
        alphabet.withUnsafeBufferPointer { alphabet in
            var place = 0
            for index in stride(from: 0, to: bytes.count, by: 3) {
                let rest = bytes.count - index
                let group =
                    UInt32(bytes[index]) << 16
                    | (rest > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                    | (rest > 2 ? UInt32(bytes[index + 2]) : 0)
                room[place] = alphabet[Int(group >> 18 & 63)]
                room[place + 1] = alphabet[Int(group >> 12 & 63)]
                room[place + 2] = rest > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "=")
                room[place + 3] = rest > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "=")
                place += 4
            }
            return place
        }
    }

    static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).filter { $0 == UInt8(ascii: "=") }.count
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        for (index, character) in text.enumerated() {
            if index >= text.count - padding {
                group <<= 6
            } else {
                guard let value = alphabet.firstIndex(of: character) else { return nil }
                group = group << 6 | UInt32(value)
            }
            if index % 4 == 3 {
                out.append(UInt8(truncatingIfNeeded: group >> 16))
                out.append(UInt8(truncatingIfNeeded: group >> 8))
                out.append(UInt8(truncatingIfNeeded: group))
                group = 0
            }
        }
        out.removeLast(padding)
        var again: [UInt8] = []
        out.withUnsafeBytes { append($0, to: &again) }
        return again == text ? out : nil
    }
}
