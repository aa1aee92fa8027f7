import Foundation
@testable import PKI
import Support
import Testing

/// What it costs to know of a million certificates; one after the other, since they look at the memory of the whole process.
@Suite(.serialized) struct IssuedMemoryTests {
    private let hour: Int64 = 3_600_000_000_000
    private let count = Repetitions.of(1_000_000)
    /// What other tests may take meanwhile; little beside a million.
    private static let slackBytes = 64_000_000

    @Test func aMillionDigestsTakeLittleMemory() throws {
        let issued = IssuedCertificates(trustDomain: "maxine.test")
        var random = SystemRandomNumberGenerator()
        let before = Self.residentBytes
        for index in 0..<count {
            issued.insert(
                .init(high: random.next(), low: random.next()),
                endNanoseconds: hour * Int64(index % 24), issuedSeconds: 0)
        }
        let bytes = Self.residentBytes - before
        print("\(count) issued certificates take \(bytes) bytes of memory, \(bytes / count) each")
        #expect(issued.count == count)
        #expect(bytes < 64 * count + Self.slackBytes)
    }

    /// Kept only where others are told what is revoked.
    @Test func aMillionSerialNumbersTakeLittleMemory() throws {
        let serials = IssuedSerials(founding: "f0")
        var random = SystemRandomNumberGenerator()
        let before = Self.residentBytes
        for index in 0..<count {
            let words: [UInt64] = [random.next(), random.next()]
            serials.insert(
                serial: words.map { String($0 | 1 << 63, radix: 16) }.joined(),
                issuerKeyID: "aa", spiffeID: "spiffe://a/\(index % 1_000)", issuedSeconds: 7,
                endNanoseconds: hour * Int64(index % 24))
        }
        let bytes = Self.residentBytes - before
        print("\(count) serial numbers take \(bytes) bytes of memory, \(bytes / count) each")
        #expect(serials.count == count)
        #expect(bytes < 128 * count + Self.slackBytes)
    }

    private static var residentBytes: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * 4096
    }
}
