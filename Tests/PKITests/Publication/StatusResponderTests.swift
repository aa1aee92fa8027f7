@testable import PKI
import Support
import Testing

/// Who answers about certificates lives no longer than the authority, and promises nothing beyond.
@Suite struct StatusResponderTests {
    private static let second: Int64 = 1_000_000_000

    @Test func nothingOutlivesTheAuthority() throws {
        let fixture = try OfficeFixture()
        var configuration = fixture.configuration
        configuration.tellsRevocations = true
        let store = try TrustDomainStore.openOrCreate(
            configuration, nowNanoseconds: OfficeFixture.now)
        let office = try #require(store.revocations)
        let end = try #require(store.authorities.ledger.active(.intermediate)?.notAfterNanoseconds)
        let late = end - 600 * Self.second
        let responder = try office.makeResponder(
            of: store.authority.keyID, nowNanoseconds: late
        ).responder
        #expect(responder.certificate.notAfterNanoseconds == end)
        let id: [UInt8] = [0x30, 0]
        let answer = try #require(try responder.answer(id, .good, nowNanoseconds: late))
        #expect(answer.nextUpdateSeconds == end / Self.second)
        #expect(try responder.answer(id, .good, nowNanoseconds: end) == nil)
        #expect(try responder.answer(id, .good, nowNanoseconds: end - Self.second) != nil)
        #expect(!responder.isOld(nowNanoseconds: late))
        let begin = responder.certificate.notBeforeNanoseconds
        #expect(!responder.isOld(nowNanoseconds: begin))
        #expect(responder.isOld(nowNanoseconds: begin - 1), "nobody takes it yet")
        // RFC 6960 section 4.4.8.
        let unknown = try #require(try responder.answer(id, .notIssued, nowNanoseconds: late))
        #expect(unknown.der.firstRange(of: ObjectID.extendedRevoke) != nil)
        #expect(answer.der.firstRange(of: ObjectID.extendedRevoke) == nil)
    }
}
