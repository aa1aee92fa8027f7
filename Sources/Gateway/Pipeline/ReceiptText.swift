internal import Audit
internal import Wire

/// The value of the `Maxine-Audit` header: `<sequence>;<leaf hash in base64>`.
struct ReceiptText {
    let text: ShortText

    /// No receipt: the journal could not write.
    init() {
        text = ShortText()
    }

    init(_ receipt: borrowing Receipt) {
        let sequence = receipt.sequence
        let hash = receipt.leafHash
        text = ShortText { room in
            let digits = Self.write(sequence, to: room)
            room[digits] = UInt8(ascii: ";")
            let rest = UnsafeMutableRawBufferPointer(rebasing: room[(digits + 1)...])
            return digits + 1 + hash.writeBase64(to: rest)
        }
    }

    /// The record's number; nil if there is no receipt.
    var sequence: UInt64? {
        text.withBytes {
            UInt64(String(decoding: $0.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self))
        }
    }

    /// Writes decimal digits, at most 20; there is room for 72 bytes.
    private static func write(_ number: UInt64, to room: UnsafeMutableRawBufferPointer) -> Int {
        var count = 1
        var rest = number / 10
        while rest > 0 {
            count += 1
            rest /= 10
        }
        rest = number
        for place in stride(from: count - 1, through: 0, by: -1) {
            room[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        return count
    }
}

extension ShortText {
    /// The characters of a request's identifier, at most 64.
    init(_ request: RequestID) {
        self.init { room in
            request.withUnsafeBytes { characters in
                room.copyMemory(from: characters)
                return characters.count
            }
        }
    }
}
