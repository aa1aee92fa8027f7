@testable import PKI
import Testing

/// When and why something was revoked, as others are told.
@Suite struct RevocationNoticesTests {
    private let id = "spiffe://maxine.test/ns/default/dc/dc1/svc/web"

    private func cuts(
        _ list: [(seconds: Int64, blocks: Bool)]
    ) throws -> RevocationNotices.Cuts {
        var notices = RevocationNotices()
        for (seconds, blocks) in list {
            notices.add(
                identity: id, blocksIssuance: blocks, .init(seconds: seconds, reason: nil))
        }
        return try #require(notices.identities[IdentityDigest(id)])
    }

    @Test func aCertificateFallsUnderTheFirstCutAfterIt() throws {
        let cuts = try cuts([(10, false), (20, false)])
        #expect(cuts.notice(issuedSeconds: 10)?.seconds == 10)
        #expect(cuts.notice(issuedSeconds: 11)?.seconds == 20)
        #expect(cuts.notice(issuedSeconds: 21) == nil)
    }

    @Test func whileAnIdentityIsBlockedNoneIsGood() throws {
        #expect(try cuts([(10, false), (20, true)]).notice(issuedSeconds: 21)?.seconds == 20)
        let allowed = try cuts([(10, true), (20, false)])
        #expect(allowed.notice(issuedSeconds: 21) == nil, "the last one says")
    }

    @Test func ofAnAuthorityTheFirstWordCounts() {
        var notices = RevocationNotices()
        for seconds in [5, 9] as [Int64] {
            notices.add(authority: "aa", .init(seconds: seconds, reason: nil))
        }
        #expect(notices.authorities["aa"]?.seconds == 5)
    }
}
