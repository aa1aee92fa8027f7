internal import Foundation

/// What a message is to its receiver, by the name that bindings carry it under.
public enum MessageKind: String, Sendable {
    case request = "SAMLRequest"
    case response = "SAMLResponse"
}

/// Messages in an address (SAML Bindings section 3.4.4).
enum RedirectBinding {
    /// The address that a browser is sent to with a message, signed over the very text of the query.
    ///
    /// - Returns: Nil where the library can't sign.
    static func address(
        _ location: String, carrying document: [UInt8], as kind: MessageKind, relayState: String?,
        key: RequestKey?
    ) -> String? {
        let message = Data(StoredDeflate.bytes(document)).base64EncodedString()
        var query = kind.rawValue + "=" + percented(message)
        if let relayState { query += "&RelayState=" + percented(relayState) }
        if let key {
            query += "&SigAlg=" + percented(SignatureAlgorithm.rsaSHA256.rawValue)
            guard let signature = key.sign(Array(query.utf8)) else { return nil }
            query += "&Signature=" + percented(Data(signature).base64EncodedString())
        }
        return location + (location.contains("?") ? "&" : "?") + query
    }

    static func percented(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
            return isPlain
                ? String(UnicodeScalar(byte))
                : "%" + (byte < 16 ? "0" : "")
                    + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// What a part of a query stands for; nil for an escape that is none, and for what is no UTF-8.
    static func plain(_ part: ArraySlice<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = part
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.allSatisfy(isHex),
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }
}
