import Audit
import Crypto
@testable import PKI
import Policy
import ProofSupport
import Support
import SwiftASN1
import Testing
import Text

/// What is revoked at one moment, as lists and answers tell it.
@Suite struct RevocationViewTests {
    let fixture: OfficeFixture
    let store: TrustDomainStore
    let serials: IssuedSerials
    private let second = OfficeFixture.now / 1_000_000_000

    init() throws {
        fixture = try OfficeFixture()
        var configuration = fixture.configuration
        configuration.tellsRevocations = true
        store = try TrustDomainStore.openOrCreate(configuration, nowNanoseconds: OfficeFixture.now)
        serials = try #require(store.trust.issued?.serials)
    }

    private func view(
        _ fill: (inout RevocationNotices) -> Void = { _ in }
    ) -> RevocationView {
        var notices = RevocationNotices()
        fill(&notices)
        return RevocationView(notices, store.authorities.holdings, serials)
    }

    private func listed(_ view: RevocationView, by keyID: String) throws -> [ListedCertificate] {
        view.listed(by: try #require(store.authorities.ledger.authority(keyID)))
    }

    private func bytes(_ serial: String) -> [UInt8] {
        Array((hexBytes(serial) ?? []).drop { $0 == 0 })
    }

    private func serial(of authority: String) throws -> [UInt8] {
        let certificate = try #require(store.authorities.holdings.certificates[authority])
        return Array(certificate.header.serial.drop { $0 == 0 })
    }

    @Test func ofSeveralRevocationsTheFirstOneCounts() throws {
        let leaf = try fixture.issue(from: store)
        let seen = view {
            $0.add(
                serial: leaf.serial, issuerKeyID: nil,
                .init(seconds: second + 50, reason: .superseded))
            $0.add(
                identity: leaf.spiffeID.description, blocksIssuance: false,
                .init(seconds: second + 20, reason: .keyCompromise))
            $0.add(
                serial: leaf.serial, issuerKeyID: leaf.issuerKeyID,
                .init(seconds: second + 90, reason: nil))
        }
        let first = RevocationNotices.Notice(seconds: second + 20, reason: .keyCompromise)
        #expect(seen.fate(of: bytes(leaf.serial), leaf.issuerKeyID) == .revoked(first))
        let all = try listed(seen, by: leaf.issuerKeyID)
        #expect(all.map(\.seconds) == [second + 20])
        #expect(all.first?.reason == .keyCompromise)
    }

    @Test func aRevokedAuthorityTakesAllItsLeavesAlong() throws {
        let (early, root) = (
            try fixture.issue(from: store),
            try #require(store.authorities.ledger.active(.root)?.keyID)
        )
        let first = early.issuerKeyID
        try fixture.take(.rotate, in: store)
        let late = try fixture.issue(from: store)
        #expect(view().fate(of: bytes(early.serial), first) == .good)
        #expect(try listed(view(), by: root).isEmpty)
        try fixture.take(.revoke(first), in: store)
        let notice = RevocationNotices.Notice(seconds: second, reason: .authorityCompromise)
        #expect(view().fate(of: bytes(early.serial), first) == .revoked(notice))
        #expect(view().fate(of: bytes(late.serial), late.issuerKeyID) == .good)
        #expect(try listed(view(), by: first).map(\.serial) == [bytes(early.serial)])
        #expect(try listed(view(), by: late.issuerKeyID).isEmpty)
        #expect(try listed(view(), by: root).map(\.serial) == [serial(of: first)])
    }

    @Test(arguments: [-100, 100])
    func theEarlierWordAboutAnAuthorityCounts(offset: Int64) throws {
        let first = store.authority.keyID
        try fixture.take(.rotate, in: store)
        try fixture.take(.revoke(first), in: store)
        let seen = view {
            $0.add(authority: first, .init(seconds: second + offset, reason: nil))
            $0.add(authority: first, .init(seconds: second + 2 * offset, reason: nil))
        }
        let root = try #require(store.authorities.ledger.active(.root)?.keyID)
        #expect(try listed(seen, by: root).map(\.seconds) == [second + min(offset, 0)])
    }

    @Test func aRevokedRootListsAllThatItSigned() throws {
        let (root, first) = (
            try #require(store.authorities.ledger.active(.root)?.keyID), store.authority.keyID
        )
        try fixture.take(.prepareRoot(crossSign: true), in: store)
        try fixture.take(.activateRoot(force: true), in: store)
        try fixture.take(.revoke(root), in: store)
        let next = try #require(store.authorities.ledger.active(.root)?.keyID)
        let crossed = try #require(store.authorities.holdings.crossSigned[next])
        let expected = [try serial(of: first), Array(crossed.header.serial.drop { $0 == 0 })]
        #expect(try Set(listed(view(), by: root).map(\.serial)) == Set(expected))
        #expect(try listed(view(), by: next).isEmpty)
    }

    @Test func aNumberIsOfTheAuthorityThatIsNamed() throws {
        let early = try fixture.issue(from: store)
        try fixture.take(.rotate, in: store)
        let late = try fixture.issue(from: store)
        let (first, second) = (early.issuerKeyID, late.issuerKeyID)
        let notice = RevocationNotices.Notice(seconds: 7, reason: nil)
        let other = view { $0.add(serial: early.serial, issuerKeyID: second, notice) }
        #expect(other.fate(of: bytes(early.serial), first) == .good)
        #expect(try listed(other, by: first).isEmpty)
        #expect(try listed(other, by: second).count == 1)
        let any = view { $0.add(serial: early.serial, issuerKeyID: nil, notice) }
        #expect(try listed(any, by: first).count == 1)
        #expect(try listed(any, by: second).isEmpty, "it is known whose it is")
        let unknown = view { $0.add(serial: "ff01", issuerKeyID: nil, notice) }
        for authority in [first, second] {
            #expect(try listed(unknown, by: authority).map(\.serial) == [[0xFF, 0x01]])
            #expect(unknown.fate(of: [0xFF, 0x01], authority) == .revoked(notice))
            #expect(unknown.fate(of: [0x77], authority) == .notIssued)
        }
    }

    @Test func aListSaysWhoseItIsAndHowLongItIsGood() throws {
        let leaf = try fixture.issue(from: store)
        let office = try #require(store.revocations)
        var notices = RevocationNotices()
        notices.add(
            serial: leaf.serial, issuerKeyID: nil, .init(seconds: second - 9, reason: .superseded))
        let list = try #require(office.lists(notices).last)
        let issue = office.nextIssue(nowNanoseconds: OfficeFixture.now)
        #expect(issue.nextUpdateSeconds == issue.thisUpdateSeconds + 24 * 3_600)
        #expect(issue.thisUpdateSeconds == second)
        let body = list.body(issue)
        for (what, bytes) in [
            ("this update", Self.time(second)), ("next update", Self.time(second + 86_400)),
            ("revoked at", Self.time(second - 9)), ("the key", hexBytes(leaf.issuerKeyID) ?? []),
            ("the number", hexBytes(leaf.serial) ?? []),
        ] {
            #expect(!bytes.isEmpty && body.firstRange(of: bytes) != nil, "\(what)")
        }
        let next = office.nextIssue(nowNanoseconds: OfficeFixture.now)
        #expect(next.number > issue.number, "in the same moment")
    }

    private static func time(_ seconds: Int64) -> [UInt8] {
        var writer = DERWriter()
        writer.time(seconds: seconds)
        return writer.serializedBytes
    }

    @Test func nothingIsSignedOrUsedUnderTheRecordOfSomethingElse() throws {
        let office = try #require(store.revocations)
        let list = try #require(office.lists(RevocationNotices()).last)
        let issue = office.nextIssue(nowNanoseconds: OfficeFixture.now)
        let receipt = try fixture.house.receipt(
            Record(kind: .system, action: "ca.crl", decisionID: 7))
        do throws(PKIError) {
            _ = try office.sign(
                office.clear(list, receipt: receipt, boundTo: 8), issue,
                nowNanoseconds: OfficeFixture.now)
            Issue.record("a list was signed")
        } catch {
            #expect(error.code == "unproven")
        }
        let made = try office.makeResponder(
            of: store.authority.keyID, nowNanoseconds: OfficeFixture.now)
        let other = try fixture.house.receipt(
            Record(kind: .system, action: "ca.ocsp-responder", decisionID: 7))
        do throws(PKIError) {
            try office.use(made, receipt: other, boundTo: 8)
            Issue.record("somebody answers")
        } catch {
            #expect(error.code == "unproven")
        }
        #expect(office.dueResponders(nowNanoseconds: OfficeFixture.now).count == 1)
    }

    private func request(about serial: [UInt8], of authority: String) throws -> StatusRequest {
        let issuer = try #require(store.authorities.holdings.certificates[authority])
        let hashes = [issuer.header.subject, issuer.keyBits].map {
            Array(Insecure.SHA1.hash(data: $0))
        }
        var id = DERWriter()
        id.sequence {
            $0.sequence { $0.primitive(.objectIdentifier, [0x2B, 0x0E, 0x03, 0x02, 0x1A]) }
            for hash in hashes { $0.primitive(.octetString, hash) }
            $0.integer(serial)
        }
        var writer = DERWriter()
        writer.sequence {
            $0.sequence { $0.sequence { $0.sequence { $0.serializeRawBytes(id.serializedBytes) } } }
        }
        return try StatusRequest(writer.serializedBytes)
    }

    /// A prepared authority has signed nothing, and one that has ended is asked about by nobody.
    @Test func nobodyAnswersForAnAuthorityThatSignsNothing() throws {
        let office = try #require(store.revocations)
        let first = store.authority.keyID
        try fixture.take(.prepare, in: store)
        #expect(office.dueResponders(nowNanoseconds: OfficeFixture.now) == [first])
        #expect(office.lists(RevocationNotices()).count == 2, "the root's and the active one's")
        let prepared = try #require(store.authorities.ledger.prepared(.intermediate)?.keyID)
        for (authority, refusal) in [(prepared, StatusRefusal.unauthorized), (first, .tryLater)] {
            let asked = try request(about: [0x4F], of: authority)
            switch office.book.answer(
                asked, nowNanoseconds: OfficeFixture.now, maySign: { _ in true })
            {
            case .success: Issue.record("nobody signs yet")
            case .failure(let reason): #expect(reason == refusal)
            }
        }
        try fixture.take(.activate, in: store)
        #expect(office.dueResponders(nowNanoseconds: OfficeFixture.now).count == 2)
        #expect(office.lists(RevocationNotices()).count == 3)
        let late = OfficeFixture.now + 366 * OfficeFixture.day
        #expect(office.dueResponders(nowNanoseconds: late).isEmpty)
    }
}
