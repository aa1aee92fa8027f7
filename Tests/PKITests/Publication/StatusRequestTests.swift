@testable import PKI
import Support
import Testing

/// Requests about certificates, in every form that somebody may send.
@Suite struct StatusRequestTests {
    /// SHA-1 of a name and of a key, and the number 4f01.
    private static let id: [UInt8] =
        [0x30, 0x3B, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00]
        + [0x04, 0x14] + Array(repeating: 0xAA, count: 20) + [0x04, 0x14]
        + Array(repeating: 0xBB, count: 20) + [0x02, 0x02, 0x4F, 0x01]

    private static func sequence(_ parts: [UInt8]..., tag: UInt8 = 0x30) -> [UInt8] {
        let content = parts.flatMap { $0 }
        let count = content.count
        return switch count {
        case ..<128: [tag, UInt8(count)] + content
        case ..<256: [tag, 0x81, UInt8(count)] + content
        default: [tag, 0x82, UInt8(count >> 8), UInt8(count & 0xFF)] + content
        }
    }

    private static func request(
        _ ids: [[UInt8]] = [StatusRequestTests.id], before: [UInt8] = [], after: [UInt8] = [],
        single: [UInt8] = []
    ) -> [UInt8] {
        let list = sequence(ids.flatMap { sequence($0, single) })
        return sequence(sequence(before, list, after))
    }

    private static func extensions(critical: [UInt8], tag: UInt8) -> [UInt8] {
        let nonce: [UInt8] = [0x06, 0x09, 0x2B, 6, 1, 5, 5, 7, 0x30, 1, 2]
        return sequence(
            sequence(sequence(nonce, critical, [0x04, 0x04, 0x04, 0x02, 1, 2])), tag: tag)
    }

    private static let list = sequence(sequence(StatusRequestTests.id))

    private static func named(
        serial: Int = 2, parameters: [UInt8] = [5, 0], hash: UInt8 = 4
    ) -> [UInt8] {
        let number = [UInt8](repeating: 0x4F, count: serial)
        return sequence(
            sequence([0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A], parameters),
            [hash, 0x14] + Array(repeating: 0xAA, count: 20),
            [0x04, 0x14] + Array(repeating: 0xBB, count: 20), [0x02, UInt8(serial)] + number)
    }

    /// Extensions that mean nothing and are so long.
    private static func nonce(_ count: Int) -> [UInt8] {
        func long(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
            [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
        }
        let octets = long(0x04, Array(repeating: 0, count: count))
        return long(0xA2, long(0x30, long(0x30, [0x06, 0x03, 0x2A, 3, 4] + octets)))
    }

    @Test func whatIsAskedIsRead() throws {
        let request = try StatusRequest(Self.request())
        #expect(request.id == Self.id)
        #expect(request.algorithm == .sha1)
        #expect(request.serial == [0x4F, 0x01])
        #expect(request.issuerNameHash.count == 20)
    }

    @Test func whatChangesNothingIsTaken() throws {
        let version: [UInt8] = [0xA0, 3, 2, 1, 0]
        let name: [UInt8] = [0xA1, 4, 0x82, 2, 0x61, 0x62]
        let nonce = Self.extensions(critical: [], tag: 0xA2)
        for bytes in [
            Self.request(before: version), Self.request(before: name),
            Self.request(before: version + name, after: nonce), Self.request(after: nonce),
            Self.request(single: Self.extensions(critical: [1, 1, 0], tag: 0xA0)),
            Self.request([Self.named()]), Self.request([Self.named(serial: 20)]),
            Self.request([Self.named(parameters: [])]), Self.request(after: Self.nonce(3_000)),
            Self.sequence(Self.sequence(Self.list), [0xA0, 0]),
        ] {
            #expect(throws: Never.self) { try StatusRequest(bytes) }
        }
    }

    @Test func whatCannotBeAnsweredIsRefused() {
        let critical: [UInt8] = [1, 1, 0xFF]
        var negative = Self.id
        negative[negative.count - 2] = 0x8F
        for (what, bytes) in [
            ("two certificates", Self.request([Self.id, Self.id])),
            ("none", Self.request([])),
            (
                "a critical extension",
                Self.request(after: Self.extensions(critical: critical, tag: 0xA2))
            ),
            (
                "a critical one of the question",
                Self.request(single: Self.extensions(critical: critical, tag: 0xA0))
            ),
            ("another version", Self.request(before: [0xA0, 3, 2, 1, 1])),
            ("something behind", Self.request() + [0]),
            ("something unknown", Self.request(after: [0xA3, 2, 5, 0])),
            (
                "something unknown behind extensions",
                Self.request(after: Self.extensions(critical: [], tag: 0xA2) + [0xA3, 2, 5, 0])
            ),
            ("a negative number", Self.request([negative])),
            ("too long a number", Self.request([Self.named(serial: 22)])),
            ("a hash with parameters", Self.request([Self.named(parameters: [2, 1, 0])])),
            ("no hash of octets", Self.request([Self.named(hash: 0x03)])),
            ("no signature behind", Self.sequence(Self.sequence(Self.list), [5, 0])),
            ("long extensions", Self.request(after: Self.nonce(4_100))),
            ("too long", Self.request() + Array(repeating: 0, count: 5_000)),
        ] as [(String, [UInt8])] {
            #expect(throws: PKIError.self, "\(what)") { try StatusRequest(bytes) }
        }
    }

    @Test func noBytesTrap() {
        let good = Self.request(
            before: [0xA0, 3, 2, 1, 0], after: Self.extensions(critical: [], tag: 0xA2))
        var generator = SeededGenerator(seed: 7)
        for length in 0...good.count { _ = try? StatusRequest(Array(good.prefix(length))) }
        for index in good.indices {
            for value in UInt8.min...UInt8.max {
                var bytes = good
                bytes[index] = value
                _ = try? StatusRequest(bytes)
            }
        }
        for _ in 0..<Repetitions.of(100_000) {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: index)
                }
                if bytes.isEmpty { break }
            }
            _ = try? StatusRequest(bytes)
        }
    }
}
