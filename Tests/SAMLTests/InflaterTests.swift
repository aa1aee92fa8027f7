import Foundation
import Support
import Testing

@testable import SAML

/// What zlib packs comes out as it was; what is no DEFLATE, or too much, does not.
@Suite struct InflaterTests {
    private func inflate(_ bytes: [UInt8], bytesMax: Int = 1 << 20) -> String {
        do throws(SAMLRefusal) {
            return String(decoding: try Inflater.bytes(bytes, bytesMax: bytesMax), as: UTF8.self)
        } catch {
            return error.code
        }
    }

    /// Packed by zlib, a line of base64 each.
    private func packed(_ script: String) throws -> [[UInt8]] {
        let result = try Shell.run(
            ["python3", "-"],
            input: """
                import zlib, base64
                def pack(plain, level, strategy=0):
                    c = zlib.compressobj(level, 8, -15, 9, strategy)
                    print(base64.b64encode(c.compress(plain) + c.flush()).decode())
                \(script)
                """)
        try #require(result.status == 0, "\(result.error)")
        return result.output.split(separator: "\n").map {
            Array(Data(base64Encoded: String($0)) ?? Data())
        }
    }

    private static let text = (0..<3000).map { "<a n=\"\($0 % 7)\">\($0 * $0)</a>" }.joined()

    @Test func whatZlibPacksComesOut() throws {
        let all = try packed(
            """
            text = ''.join('<a n="%d">%d</a>' % (i % 7, i * i) for i in range(3000)).encode()
            for level in range(0, 10):
                for strategy in range(0, 5): pack(text, level, strategy)
            """)
        #expect(all.count == 50)
        for bytes in all { #expect(inflate(bytes) == Self.text) }
        let short = try packed("pack(b'', 9)\npack(b'a', 9)\npack(b'a' * 600, 9)")
        #expect(short.map { inflate($0) } == ["", "a", String(repeating: "a", count: 600)])
    }

    @Test func whatIsTooLongStops() throws {
        let bomb = try packed("pack(b' ' * 50_000_000, 9)")[0]
        #expect(bomb.count < 60_000)
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(inflate(bomb, bytesMax: 65_536) == "saml_xml_too_large")
        }
        #expect(time < .seconds(2), "\(time)")
        let stored: [UInt8] = [1, 3, 0, 0xFC, 0xFF, 97, 98, 99]
        #expect(inflate(stored, bytesMax: 3) == "abc")
        #expect(inflate(stored, bytesMax: 2) == "saml_xml_too_large")
    }

    @Test func whatIsNoDeflateIsRefused() throws {
        let cases: [[UInt8]] = [
            [], [7], [1], [1, 3, 0, 0xFC, 0xFE, 97, 98, 99], [1, 3, 0, 0xFC, 0xFF, 97, 98],
            // Something behind the end.
            [1, 3, 0, 0xFC, 0xFF, 97, 98, 99, 0],
            // A distance to before the beginning: fixed code, length 3, distance 1.
            [0x03, 0x02, 0x00],
            // Code lengths that are more than there are words for.
            [0x05, 0xE0, 0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        ]
        for bytes in cases { #expect(inflate(bytes) == "saml_deflate", "\(bytes)") }
    }

    /// Whatever is cut off or bent, nothing traps, and nothing longer than the bound comes out.
    @Test func bentBytesNeverTrap() throws {
        let good = try packed("pack(b'<a>' * 300 + bytes(range(256)), 9)")[0]
        var random = SeededGenerator(for: "bentBytesNeverTrap")
        for length in 0..<good.count {
            #expect(inflate(Array(good.prefix(length))) == "saml_deflate")
        }
        for _ in 0..<Repetitions.of(20_000) {
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            let out = inflate(bytes, bytesMax: 4096)
            #expect(out.utf8.count <= 3 * 4096)
        }
    }
}
