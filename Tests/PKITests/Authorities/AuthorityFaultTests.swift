import Foundation
@testable import PKI
import Support
import Testing

/// A step that is interrupted at any write was taken or was not, and leaves no key without its certificate.
@Suite struct AuthorityFaultTests {
    struct Case: CustomStringConvertible {
        let name: String
        let before: [AuthorityStep]
        let step: @Sendable (TrustDomainStore) -> AuthorityStep
        let old: [AuthorityStage]
        let new: [AuthorityStage]
        /// When the step is taken.
        var after: Int64 = 0
        /// Fewer writes would mean that the faults miss some.
        let writesMin: Int

        var description: String { name }
    }

    static let cases = [
        Case(
            name: "prepare", before: [], step: { _ in .prepare }, old: [.active],
            new: [.active, .prepared], writesMin: 6),
        Case(
            name: "activate", before: [.prepare], step: { _ in .activate },
            old: [.active, .prepared], new: [.old, .active], writesMin: 3),
        Case(
            name: "rotate", before: [], step: { _ in .rotate }, old: [.active],
            new: [.old, .active], writesMin: 6),
        Case(
            name: "taint", before: [.rotate], step: { .taint(oldest($0)) },
            old: [.old, .active], new: [.tainted, .active], writesMin: 3),
        Case(
            name: "revoke", before: [.rotate], step: { .revoke(oldest($0)) },
            old: [.old, .active], new: [.revoked, .active], writesMin: 3),
        Case(
            name: "prepare a root", before: [], step: { _ in .prepareRoot(crossSign: true) },
            old: [.active], new: [.active], writesMin: 7),
        Case(
            name: "activate a root", before: [.prepareRoot(crossSign: true), .prepare],
            step: { _ in .activateRoot(force: true) }, old: [.active, .prepared],
            new: [.old, .old, .active], writesMin: 6),
        Case(
            name: "compromise", before: [], step: { .compromise(oldest($0)) }, old: [.active],
            new: [.revoked, .active], writesMin: 6),
        Case(
            name: "prune", before: [.rotate], step: { _ in .prune }, old: [.old, .active],
            new: [.active], after: 91 * OfficeFixture.day, writesMin: 7),
    ]

    static func oldest(_ store: TrustDomainStore) -> String {
        store.authorities.ledger.authorities.first { $0.kind == .intermediate }?.keyID ?? ""
    }

    @Test(arguments: cases, FaultyFiles.Fault.allCases)
    func isTakenOrNotAfterAnyFailedWrite(_ it: Case, _ fault: FaultyFiles.Fault) throws {
        var number = 0
        while true {
            number += 1
            let fixture = try OfficeFixture()
            let store = try fixture.open()
            for step in it.before { try fixture.take(step, in: store) }
            let earlier = try fixture.identity(of: store)
            let files = FaultyFiles(failing: number, fault)
            let faulty = try fixture.open(files: files)
            let code = fixture.code(it.step(faulty), in: faulty, after: it.after)
            #expect((code == "done") != files.hasFailed)
            #expect(faulty.states == it.old || faulty.states == it.new, "in the same process")
            if !files.hasFailed { #expect(faulty.states == it.new) }
            if it.name != "prune" {
                #expect(fixture.verdict(on: earlier, in: faulty) != "unknown_intermediate")
            }
            let later = try fixture.open()
            #expect(later.states == it.old || later.states == it.new, "\(number): \(later.states)")
            try expectPairs(fixture, later)
            let isNew = later.states == it.new && it.name == "activate a root"
            #expect(later.rootStates.contains(.old) == isNew)
            _ = try fixture.identity(of: later)
            if !files.hasFailed { break }
        }
        #expect(number > it.writesMin)
    }

    /// Each key has its certificate and is that of an authority that is known.
    private func expectPairs(_ fixture: OfficeFixture, _ store: TrustDomainStore) throws {
        let known = Set(store.authorities.ledger.authorities.map(\.file))
        let names = try fixture.scratch.names("pki")
        for name in names where name.hasSuffix(".key") {
            let file = String(name.dropLast(4))
            #expect(names.contains(file + ".pem") && known.contains(file), "\(names)")
            #expect(try fixture.scratch.mode("pki/" + name) == 0o600)
        }
    }

    /// A process goes on after a failed write as if nothing had been asked.
    @Test func theNextAttemptGoesThrough() throws {
        for number in 1...6 {
            let fixture = try OfficeFixture()
            _ = try fixture.open()
            let store = try fixture.open(files: FaultyFiles(failing: number, .failed, passes: true))
            #expect(fixture.code(.rotate, in: store) == "file_failed", "\(number)")
            #expect(fixture.code(.rotate, in: store) == "done", "\(number)")
            #expect(try fixture.open().states == [.old, .active])
            try expectPairs(fixture, try fixture.open())
        }
    }

    @Test func aLedgerThatIsDamagedOrDoesNotFitIsRefusedWithWhatToDo() throws {
        let fixture = try OfficeFixture()
        let store = try fixture.open()
        try fixture.take(.rotate, in: store)
        let good = try fixture.scratch.text("pki/authorities.json")
        for bad in [
            "", "{}", good.replacing("\"active\"", with: "\"old\""), good + "x",
            good.replacing("\"end\":1", with: "\"end\":2"),
        ] {
            try fixture.scratch.write(bad, to: "pki/authorities.json")
            #expect(throws: PKIError.self) { try fixture.open() }
        }
        try fixture.scratch.write(good, to: "pki/authorities.json")
        let file = try #require(store.authorities.ledger.active(.intermediate)?.file)
        let key = try fixture.scratch.text("pki/\(file).key")
        try FileManager.default.removeItem(atPath: fixture.scratch.path("pki/\(file).key"))
        #expect(
            throws: PKIError.unusableFiles(
                "\(fixture.scratch.path("pki/\(file).key")) is missing: restore it from a backup")
        ) { try fixture.open() }
        try fixture.scratch.write(key, to: "pki/\(file).key")
        try fixture.scratch.chmod("pki/\(file).key", 0o644)
        #expect(throws: PKIError.self) { try fixture.open() }
    }
}
