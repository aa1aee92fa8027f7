import Foundation

/// One block of a PEM text.
struct PEMBlock: Equatable, Sendable {
    let label: String
    let der: [UInt8]
}

/// PEM as RFC 7468 writes it: strict labels, strict base64, no headers; text between the blocks only where it is allowed.
enum PEMText {
    struct Flaw: Error, Equatable, CustomStringConvertible {
        var description: String { "this is not PEM as RFC 7468 writes it" }
    }

    /// `allowsText` takes what stands around the blocks for explanations (section 2), as `openssl req -text` writes them.
    static func blocks(
        _ text: [UInt8], max: Int, allowsText: Bool = false
    ) throws(Flaw) -> [PEMBlock] {
        var blocks: [PEMBlock] = []
        var label: String?
        var body: [UInt8] = []
        for line in lines(text) {
            if let current = label {
                if line == "-----END \(current)-----" {
                    guard blocks.count < max, let der = decode(body), !der.isEmpty else {
                        throw Flaw()
                    }
                    blocks.append(PEMBlock(label: current, der: der))
                    label = nil
                    body = []
                } else {
                    body.append(contentsOf: line.utf8)
                }
            } else if line.hasPrefix("-----BEGIN "), line.hasSuffix("-----"), line.utf8.count > 16 {
                label = String(line.dropFirst(11).dropLast(5))
            } else if !line.isEmpty, !allowsText {
                throw Flaw()
            }
        }
        guard label == nil else { throw Flaw() }
        return blocks
    }

    static func encode(_ der: [UInt8], label: String) -> String {
        var text = "-----BEGIN \(label)-----\n"
        let body = Array(Data(der).base64EncodedString().utf8)
        var start = 0
        while start < body.count {
            let end = min(start + 64, body.count)
            text += String(decoding: body[start..<end], as: UTF8.self) + "\n"
            start = end
        }
        return text + "-----END \(label)-----\n"
    }

    private static func lines(_ text: [UInt8]) -> [String] {
        text.split(omittingEmptySubsequences: true) { $0 == 10 || $0 == 13 }.map { line in
            let trimmed = line.drop { $0 == 32 || $0 == 9 }
            let end = trimmed.lastIndex { $0 != 32 && $0 != 9 } ?? trimmed.startIndex
            return String(decoding: trimmed.isEmpty ? trimmed : trimmed[...end], as: UTF8.self)
        }
    }

    private static func decode(_ body: [UInt8]) -> [UInt8]? {
        Data(base64Encoded: Data(body)).map { Array($0) }
    }
}
