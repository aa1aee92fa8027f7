@testable import PKI
import SwiftASN1
import Testing

/// Lists that somebody gives, in every form that they may have.
@Suite struct UnverifiedListTests {
    @Test func whatAListSaysIsRead() throws {
        var made = TestList()
        made.serials = [[0x4F, 1], [0, 0x80]]
        let der = try made.der
        let list = try UnverifiedList(der)
        #expect(list.number == 7 && list.issuerKeyID == "ab" && list.issuer == [0x30, 0])
        #expect(list.thisUpdateSeconds == made.begin && list.nextUpdateSeconds == made.end)
        #expect(list.serials == [[0x4F, 1], [0x80]])
        let pem = try #require(UnverifiedList.pem(der))
        #expect(try UnverifiedList(Array(pem.utf8)).der == der)
        #expect(try UnverifiedList(Array(("made by hand\n" + pem).utf8)).der == der)
        var late = TestList()
        late.end = 2_600_000_000
        #expect(try UnverifiedList(late.der).nextUpdateSeconds == 2_600_000_000, "GeneralizedTime")
        late.end = 5_000_000_000
        late.begin = 4_900_000_000
        #expect(try UnverifiedList(late.der).thisUpdateSeconds == 4_900_000_000)
    }

    private static let known = TestList.ext([0x55, 0x1D, 0x1C], critical: true, [0x30, 0])

    private static func entry(_ extensions: [UInt8]) -> [UInt8] {
        var writer = DER.Serializer()
        writer.sequence { $0.serializeRawBytes(extensions) }
        return writer.serializedBytes
    }

    private static func time(_ tag: UInt8, _ text: String) -> [UInt8] {
        [tag, UInt8(text.utf8.count)] + Array(text.utf8)
    }

    static let bad: [(what: String, change: @Sendable (inout TestList) -> Void)] = [
        ("version 1", { $0.version = nil }), ("version 3", { $0.version = [2] }),
        ("no end", { $0.end = nil }), ("it ends before it begins", { $0.end = $0.begin }),
        ("no number", { $0.number = nil }), ("a negative number", { $0.number = [0x80] }),
        ("a number of 63 bits", { $0.number = [0x40, 0, 0, 0, 0, 0, 0, 1] }),
        ("a number of ten bytes", { $0.number = Array(repeating: 1, count: 10) }),
        ("no key identifier", { $0.keyID = nil }), ("an empty one", { $0.keyID = [] }),
        ("one too long", { $0.keyID = Array(repeating: 1, count: 65) }),
        ("another algorithm", { $0.inner[$0.inner.count - 1] = 3 }),
        ("another one behind", { $0.outer[$0.outer.count - 1] = 3 }),
        (
            "another one at both places",
            {
                $0.inner[$0.inner.count - 1] = 3
                $0.outer = $0.inner
            }
        ),
        ("a part of what there is", { $0.more = known }),
        (
            "the same extension twice",
            { $0.more = TestList.ext(ObjectID.listNumber, [2, 1, 8]) }
        ),
        (
            "an entry of another issuer",
            {
                $0.serials = [[1]]
                $0.behindEntry = entry(
                    TestList.ext([0x55, 0x1D, 0x1D], critical: true, [0x30, 0]))
            }
        ),
        ("a negative serial number", { $0.serials = [[0x80]] }),
        ("one of 22 bytes", { $0.serials = [Array(repeating: 1, count: 22)] }),
        ("too many", { $0.serials = (0...1_024).map { [1, UInt8($0 >> 8), UInt8($0 & 255)] } }),
        ("bits left over", { $0.unusedBits = 1 }),
        ("a time in minutes", { $0.beginNode = time(0x17, "2611230000Z") }),
        ("a time elsewhere", { $0.beginNode = time(0x17, "261123000000+0100") }),
        ("a long time before 2050", { $0.beginNode = time(0x18, "20261123000000Z") }),
        ("a day that there is not", { $0.beginNode = time(0x17, "261323000000Z") }),
        ("no time", { $0.beginNode = [0x05, 0] }),
    ]

    @Test(arguments: bad.map(\.what))
    func whatIsNoListOfOursIsRefused(_ what: String) throws {
        var made = TestList()
        let change = try #require(Self.bad.first { $0.what == what }?.change)
        change(&made)
        #expect(throws: PKIError.self) { try UnverifiedList(made.der) }
    }

    @Test func soIsWhatIsNone() throws {
        let der = try TestList().der
        let pem = try #require(UnverifiedList.pem(der))
        let other = pem.replacing("X509 CRL", with: "CERTIFICATE")
        for bytes in [
            [], [0x30], Array("no list".utf8), Array(other.utf8), Array((pem + pem).utf8),
            der + [0],
            Array(der.dropLast()), [0x30] + Array(repeating: 0x30, count: 40_000),
        ] {
            #expect(throws: PKIError.self) { try UnverifiedList(bytes) }
        }
        #expect(UnverifiedList.pem(Array("no list".utf8)) == nil)
    }

    @Test(arguments: [(30_000, true), (33_000, false)])
    func aListIsOfSomeSizeAtMost(bytes: Int, isTaken: Bool) throws {
        var made = TestList()
        made.more = TestList.ext([0x2A, 3, 4], Array(repeating: 0, count: bytes))
        let der = try made.der
        #expect(((try? UnverifiedList(der)) != nil) == isTaken)
    }

    /// Each byte, one after the other: nothing traps.
    @Test func aByteThatIsAnotherTrapsNothing() throws {
        var made = TestList()
        made.serials = [[0x4F, 1]]
        let der = try made.der
        for index in der.indices {
            for change in [UInt8(1), 0x80, 0xFF] {
                var other = der
                other[index] ^= change
                _ = try? UnverifiedList(other)
            }
        }
    }
}
