import Audit
import Crypto
import Foundation
@testable import PKI
import Policy
import ProofSupport
import Support
import Testing

/// Lists of revoked certificates that were made where the root's key is.
@Suite struct InstalledListTests {
    /// A trust domain whose root's key is away, with an old intermediate.
    struct Away {
        let fixture: OfficeFixture
        let key: P256.Signing.PrivateKey

        init() throws {
            fixture = try OfficeFixture()
            let store = try fixture.open()
            try fixture.take(.rotate, in: store)
            key = try P256.Signing.PrivateKey(
                pemRepresentation: fixture.scratch.text("pki/root.key"))
            try FileManager.default.moveItem(
                atPath: fixture.scratch.path("pki/root.key"),
                toPath: fixture.scratch.path("away.key"))
        }

        func root(_ store: TrustDomainStore) throws -> ParsedCertificate {
            try #require(store.authorities.holdings.trusted(.root).first)
        }

        func list(
            _ store: TrustDomainStore, number: UInt64 = 7,
            _ change: (inout TestList) -> Void = { _ in }
        ) throws -> [UInt8] {
            var made = TestList(of: try root(store), key, number: number)
            change(&made)
            return try made.der
        }

        var names: [String] {
            get throws {
                try fixture.scratch.names("pki").filter { $0.hasPrefix("list-") }
            }
        }
    }

    private func numbers(_ store: TrustDomainStore) -> [UInt64] {
        store.authorities.installedLists.map(\.number)
    }

    @Test func aListIsKeptUntilTheNextOne() throws {
        let away = try Away()
        let store = try away.fixture.open()
        let root = try away.root(store).ownKeyID
        let epoch = store.trust.epoch
        let change = try away.fixture.take(.installList(away.list(store)), in: store)
        #expect(change.listed == [root])
        #expect(String(decoding: change.detail, as: UTF8.self).contains(#""number":7"#))
        #expect(store.trust.epoch > epoch, "whoever shows lists looks")
        #expect(numbers(store) == [7])
        let again = try away.fixture.open()
        #expect(numbers(again) == [7])
        let pem = try #require(UnverifiedList.pem(away.list(again, number: 8)))
        try away.fixture.take(.installList(Array(pem.utf8)), in: again)
        #expect(numbers(try away.fixture.open()) == [8])
        #expect(try away.names.count == 1)
        // The key is back: its list is made here.
        try FileManager.default.moveItem(
            atPath: away.fixture.scratch.path("away.key"),
            toPath: away.fixture.scratch.path("pki/root.key"))
        #expect(numbers(again).isEmpty)
        let code = away.fixture.code(.installList(try away.list(again, number: 9)), in: again)
        #expect(code == "wrong_state")
    }

    static let bad: [(what: String, change: @Sendable (inout TestList) -> Void)] = [
        ("signed by another key", { $0.key = P256.Signing.PrivateKey() }),
        ("of another name", { $0.issuer = [0x30, 0] }),
        ("of another authority", { $0.keyID = [1, 2, 3] }),
        ("of tomorrow", { $0.begin += 86_400 }),
        ("of yesterday", { ($0.begin, $0.end) = ($0.begin - 86_400, $0.begin) }),
        ("for two years", { $0.end = $0.begin + 730 * 86_400 }),
        ("of the same number", { $0.number = [6] }), ("of a smaller one", { $0.number = [5] }),
    ]

    @Test(arguments: bad.map(\.what))
    func whatIsNotTheNextListOfTheRootIsRefused(_ what: String) throws {
        let away = try Away()
        let store = try away.fixture.open()
        try away.fixture.take(.installList(away.list(store, number: 6)), in: store)
        let change = try #require(Self.bad.first { $0.what == what }?.change)
        let bad = try away.list(store, change)
        #expect(away.fixture.code(.installList(bad), in: store) == "invalid_list")
        #expect(numbers(store) == [6])
        #expect(away.fixture.code(.installList(try away.list(store)), in: store) == "done")
    }

    @Test func aListOfAnIntermediateIsRefused() throws {
        let away = try Away()
        let store = try away.fixture.open()
        let active = try #require(store.authorities.ledger.active(.intermediate))
        let certificate = try #require(store.authorities.holdings.certificates[active.keyID])
        let key = try P256.Signing.PrivateKey(
            pemRepresentation: away.fixture.scratch.text("pki/\(active.file).key"))
        let list = try TestList(of: certificate, key).der
        #expect(away.fixture.code(.installList(list), in: store) == "invalid_list")
    }

    @Test(arguments: ["by its step", "by its key identifier"])
    func aListNamesWhatIsRevoked(_ how: String) throws {
        let away = try Away()
        let store = try away.fixture.open()
        let old = try #require(store.authorities.ledger.authorities.first { $0.stage == .old })
        if how == "by its step" {
            try away.fixture.take(.revoke(old.keyID), in: store)
        } else {
            store.trust.revise { $0.revokedKeyIDs.insert(old.keyID) }
        }
        let serial = try #require(store.authorities.holdings.certificates[old.keyID]).header.serial
        do {
            try away.fixture.take(.installList(away.list(store)), in: store)
            Issue.record("a list without it was taken")
        } catch {
            let hex = serial.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect("\(error)".contains(hex), "\(error)")
        }
        let full = try away.list(store) { $0.serials = [serial, [1]] }
        #expect(away.fixture.code(.installList(full), in: store) == "done")
        let unsigned = UnsignedList(
            try away.root(store),
            [serial, [2]].map {
                ListedCertificate($0, .init(seconds: 0, reason: .authorityCompromise))
            })
        let office = RevocationOffice(store.authorities, serials: IssuedSerials(founding: ""))
        #expect(office.unnamed(unsigned) == 1)
        #expect(office.installed(try away.root(store).ownKeyID)?.der == full)
    }

    /// A copy of the folder from before, or one that never knew: the log does.
    @Test(arguments: [
        (#""type":"system","action":"ca.crl""#, #""authority":"ROOT","number":9"#),
        (#""type":"system","action":"ca.rotate""#, #""done":true,"listed":["ROOT"],"number":9"#),
        (#""type":"outcome","action":"ca.rotate""#, #""done":true,"listed":["ROOT"],"number":9"#),
    ])
    func theLogKnowsTheNumberOfTheLastList(head: String, detail: String) throws {
        let away = try Away()
        let store = try away.fixture.open()
        let root = try away.root(store).ownKeyID
        let line =
            #"{"seq":0,"time":"2026-11-23T00:00:00.000000000Z",\#(head),"detail":{\#(detail.replacing("ROOT", with: root))}}"#
        let record = try #require(ReplayedRecord(line: Array(line.utf8)))
        store.authorities.replay(record)
        for (number, code) in [(8, "invalid_list"), (9, "invalid_list"), (10, "done")] {
            let list = try away.list(store, number: UInt64(number))
            #expect(away.fixture.code(.installList(list), in: store) == code, "\(number)")
        }
    }

    @Test(arguments: FaultyFiles.Fault.allCases)
    func anInterruptedInstallationLeavesTheOldListOrTheNewOne(_ fault: FaultyFiles.Fault) throws {
        var number = 0
        while true {
            number += 1
            let away = try Away()
            let fixture = away.fixture
            try fixture.take(.installList(away.list(fixture.open())), in: fixture.open())
            let files = FaultyFiles(failing: number, fault)
            let faulty = try fixture.open(files: files)
            let next = try away.list(faulty, number: 8)
            #expect((fixture.code(.installList(next), in: faulty) == "done") != files.hasFailed)
            let later = try fixture.open()
            #expect(numbers(later) == [7] || numbers(later) == [8], "\(number)")
            #expect(try away.names.count == 1, "what nothing names is gone")
            if numbers(later) == [7] {
                #expect(fixture.code(.installList(next), in: later) == "done", "\(number)")
            }
            #expect(numbers(try fixture.open()) == [8])
            if !files.hasFailed { break }
        }
        #expect(number > 5)
    }

    /// A process goes on after a failed write as if nothing had been asked.
    @Test(arguments: FaultyFiles.Fault.allCases)
    func theNextAttemptGoesThrough(_ fault: FaultyFiles.Fault) throws {
        for number in 1...5 {
            let away = try Away()
            let files = FaultyFiles(failing: number, fault, passes: true)
            let store = try away.fixture.open(files: files)
            let list = try away.list(store)
            #expect(away.fixture.code(.installList(list), in: store) == "file_failed", "\(number)")
            #expect(numbers(store).isEmpty)
            #expect(away.fixture.code(.installList(list), in: store) == "done", "\(number)")
            #expect(numbers(try away.fixture.open()) == [7])
        }
    }

    @Test func aFileThatIsNotTheOneOfTheLedgerIsRefusedWithWhatToDo() throws {
        let away = try Away()
        let store = try away.fixture.open()
        try away.fixture.take(.installList(away.list(store)), in: store)
        let name = try #require(away.names.first)
        let path = away.fixture.scratch.path("pki/" + name)
        for content in [try away.list(store, number: 8), Array("x".utf8)] {
            try Data(content).write(to: URL(filePath: path))
            #expect(throws: PKIError.self) { try away.fixture.open() }
        }
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: PKIError.self) { try away.fixture.open() }
        try Data(try away.list(store)).write(to: URL(filePath: path))
        #expect(throws: PKIError.self, "another signature of the same") { try away.fixture.open() }
    }

    @Test func aListGoesWithItsRoot() throws {
        let away = try Away()
        let store = try away.fixture.open()
        try away.fixture.take(.installList(away.list(store)), in: store)
        try away.fixture.take(.prepareRoot(crossSign: false), in: store)
        try away.fixture.take(.activateRoot(force: true), in: store)
        let later = 92 * OfficeFixture.day
        // Those below it go first.
        for _ in 0..<2 { try away.fixture.take(.prune, in: store, after: later) }
        #expect(store.rootStates == [.active])
        #expect(try numbers(store).isEmpty && away.names.isEmpty)
    }
}
