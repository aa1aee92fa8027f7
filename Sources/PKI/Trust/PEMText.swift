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
        var open: (label: String, end: [UInt8])?
        var body: [UInt8] = []
        for line in lines(text) {
            if let current = open {
                if line.elementsEqual(current.end) {
                    guard blocks.count < max, let der = decode(body), !der.isEmpty else {
                        throw Flaw()
                    }
                    blocks.append(PEMBlock(label: current.label, der: der))
                    open = nil
                    body = []
                } else {
                    body.append(contentsOf: line)
                }
            } else if line.count > 16, line.starts(with: begin), line.suffix(5) == dashes {
                let label = String(decoding: line.dropFirst(11).dropLast(5), as: UTF8.self)
                open = (label, Array("-----END \(label)-----".utf8))
            } else if !line.isEmpty, !allowsText {
                throw Flaw()
            }
        }
        guard open == nil else { throw Flaw() }
        return blocks
    }

    static func encode(_ der: [UInt8], label: String) -> String {
        let body = [UInt8](Data(der).base64EncodedData())
        var text = Array("-----BEGIN \(label)-----\n".utf8)
        text.reserveCapacity(body.count + body.count / 64 + 2 * text.count)
        var start = 0
        while start < body.count {
            let end = min(start + 64, body.count)
            text.append(contentsOf: body[start..<end])
            text.append(10)
            start = end
        }
        text.append(contentsOf: "-----END \(label)-----\n".utf8)
        return String(decoding: text, as: UTF8.self)
    }

    private static let begin = Array("-----BEGIN ".utf8)
    private static let dashes = Array("-----".utf8)[...]

    private static func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        text.split(omittingEmptySubsequences: true) { $0 == 10 || $0 == 13 }.map { line in
            let trimmed = line.drop { $0 == 32 || $0 == 9 }
            guard let end = trimmed.lastIndex(where: { $0 != 32 && $0 != 9 }) else { return [] }
            return trimmed[...end]
        }
    }

    private static func decode(_ body: [UInt8]) -> [UInt8]? {
        Data(base64Encoded: Data(body)).map { Array($0) }
    }
}
