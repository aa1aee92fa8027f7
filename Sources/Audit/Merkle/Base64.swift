/// Padded base64, strict on the way in (RFC 4648 section 4).
enum Base64 {
    private static let alphabet: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func append(_ bytes: UnsafeRawBufferPointer, to out: inout [UInt8]) {
        var index = 0
        while index + 3 <= bytes.count {
            let group =
                UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8
                | UInt32(bytes[index + 2])
            emit(group, characters: 4, to: &out)
            index += 3
        }
        switch bytes.count - index {
        case 1:
            emit(UInt32(bytes[index]) << 16, characters: 2, to: &out)
        case 2:
            emit(
                UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8, characters: 3,
                to: &out)
        default: break
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

    private static func emit(_ group: UInt32, characters: Int, to out: inout [UInt8]) {
        for place in 0..<4 {
            if place < characters {
                out.append(alphabet[Int(group >> UInt32(18 - 6 * place) & 63)])
            } else {
                out.append(UInt8(ascii: "="))
            }
        }
    }
}
