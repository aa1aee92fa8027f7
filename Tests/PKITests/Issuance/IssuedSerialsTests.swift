@testable import PKI
import Testing

/// What is known of certificates by their serial numbers.
@Suite struct IssuedSerialsTests {
    private let hour: Int64 = 3_600_000_000_000

    @Test func oneIsKnownByItsAuthorityUntilAListWasMadeAfterItsEnd() throws {
        let serials = IssuedSerials(founding: "f0")
        let serial = try #require(SerialNumber(hex: "4f00112233445566778899aabbccddee"))
        serials.insert(
            serial: "4f00112233445566778899aabbccddee", issuerKeyID: "aa", spiffeID: "spiffe://a/b",
            issuedSeconds: 7, endNanoseconds: hour * 10)
        serials.insert(
            serial: "07", issuerKeyID: nil, spiffeID: "spiffe://a/c", issuedSeconds: 8,
            endNanoseconds: hour * 20)
        #expect(serials.leaf(serial, of: "aa")?.issuedSeconds == 7)
        #expect(serials.leaf(serial, of: "aa")?.identity == IdentityDigest("spiffe://a/b"))
        #expect(serials.leaf(serial, of: "f0") == nil)
        #expect(serials.isKnown(serial))
        let short = try #require(SerialNumber(hex: "0007"))
        #expect(serials.leaf(short, of: "f0") != nil, "leading zeros are nothing")
        serials.forgetEnded(nowNanoseconds: hour * 13 - 1)
        #expect(serials.count == 2)
        serials.forgetEnded(nowNanoseconds: hour * 13)
        #expect(serials.count == 1)
        #expect(serials.leaf(serial, of: "aa") == nil)
    }

    @Test func aStartTakesWhatEndedSoLatelyThatNoListWasMadeSince() {
        for (time, isHeld) in [(10, true), (12, true), (13, false)] {
            #expect(
                IssuedSerials.holds(
                    endNanoseconds: hour * 10, nowNanoseconds: hour * Int64(time)) == isHeld)
        }
        #expect(IssuedSerials.holds(endNanoseconds: .max, nowNanoseconds: .max))
        #expect(!IssuedSerials.holds(endNanoseconds: .min, nowNanoseconds: 0))
    }

    @Test(arguments: ["", "0", "4g", "01112233445566778899aabbccddeeff00"])
    func whatIsNoNumberOfOursIsNone(text: String) {
        #expect(SerialNumber(hex: text) == nil || text.isEmpty)
    }
}
