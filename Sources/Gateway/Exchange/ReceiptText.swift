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
        var bytes = Array(String(receipt.sequence).utf8)
        bytes.append(UInt8(ascii: ";"))
        receipt.leafHash.appendBase64(to: &bytes)
        text = ShortText(bytes)
    }
}
