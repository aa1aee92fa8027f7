import Audit
@testable import PKI
import Policy
import ProofSupport
import Support
import SwiftASN1
import Testing
import X509

/// Authorities whose keys never are on this machine.
@Suite struct OutsideKeyTests {
    private let keeper = FakeCustody()
    private var fixture: OfficeFixture

    init() throws {
        fixture = try OfficeFixture()
        fixture.custody = keeper.custody
    }

    @Test func everyAuthorityHasItsKeyThereAndSignsWithIt() throws {
        let store = try fixture.open()
        try fixture.take(.rotate, in: store)
        try fixture.take(.prepareRoot(crossSign: true), in: store)
        try fixture.take(.activateRoot(force: true), in: store)
        #expect(fixture.verdict(on: try fixture.identity(of: store), in: store) == "accepted")
        let again = try fixture.open()
        #expect(try fixture.issue(from: again).chainDER.count == 3)
        let ledger = again.authorities.ledger
        #expect(keeper.keys.count == ledger.authorities.count)
        for authority in ledger.authorities {
            let text = try fixture.scratch.text("pki/\(authority.file).key")
            #expect(!text.contains("PRIVATE KEY") && text.contains(#""kept":"fake""#), "\(text)")
            guard case .outside("fake", let key) = again.authorities.files.place(of: authority.file)
            else {
                Issue.record("\(authority.file) is somewhere else")
                return
            }
            #expect(keeper.keys[key] != nil)
        }
        #expect(try fixture.scratch.names("pki").allSatisfy { !$0.hasPrefix("making-") })
    }

    @Test func whatIsForgottenIsDestroyedThere() throws {
        let store = try fixture.open()
        try fixture.take(.rotate, in: store)
        #expect(keeper.keys.count == 3)
        try fixture.take(.prune, in: store, after: 91 * OfficeFixture.day)
        #expect(keeper.keys.count == 2)
        _ = try fixture.open()
        #expect(keeper.keys.count == 2)
    }

    /// The folder is opened and shown; what needs a signature says that its key is away, and goes on once it is there.
    @Test func aKeeperThatIsAwayIsSaidToBeAndTakenWhenItIsBack() throws {
        let store = try fixture.open()
        keeper.isAway = true
        #expect(throws: PKIError.keyAway("the keeper does not answer")) {
            try fixture.issue(from: store)
        }
        #expect(fixture.code(.rotate, in: store) == "key_away")
        #expect(throws: PKIError.keyAway("the keeper does not answer")) {
            try fixture.identity(of: fixture.open())
        }
        keeper.isAway = false
        _ = try fixture.issue(from: store)
        #expect(fixture.code(.rotate, in: store) == "done")
        #expect(keeper.keys.count == 3)
    }

    @Test func aSignatureByAnotherKeyIsRefused() throws {
        let store = try fixture.open()
        keeper.signsWithAnother = true
        do {
            _ = try fixture.issue(from: store)
            Issue.record("taken")
        } catch let error as PKIError {
            #expect(error.code == "signing_failed")
            #expect(error.message.contains("another key"), "\(error)")
        }
    }

    @Test func theRootsKeyCanNotBeTakenAway() throws {
        let store = try fixture.open()
        do {
            _ = try store.authorities.exportableRoot()
            Issue.record("exported")
        } catch {
            #expect(error.code == "wrong_state")
            #expect(error.message.contains("kept by fake as maxine-"), "\(error)")
        }
    }

    @Test func aKeeperThatIsNotConfiguredAnyMoreIsNamed() throws {
        _ = try fixture.open()
        var without = fixture
        without.custody = KeyCustody()
        let store = try without.open()
        do {
            _ = try without.identity(of: store)
            Issue.record("signed")
        } catch let error as PKIError {
            #expect(error.message.contains("custody.fake is not configured"), "\(error)")
        }
    }

    /// Files and keepers live beside each other: what is there stays where it is, what is new is made where the configuration says.
    @Test func authoritiesMoveToAnotherPlaceByRotation() throws {
        var files = fixture
        files.custody = KeyCustody()
        let before = try files.open()
        let earlier = try files.identity(of: before)
        let store = try fixture.open()
        #expect(keeper.keys.isEmpty)
        try fixture.take(.rotate, in: store)
        #expect(keeper.keys.count == 1)
        #expect(fixture.verdict(on: earlier, in: store) == "accepted")
        #expect(fixture.verdict(on: try fixture.identity(of: store), in: store) == "accepted")
    }

    @Test func aRequestWaitsWithItsKeyOutside() throws {
        let store = try fixture.open()
        let permit = try fixture.house.permit(.caRotate, Resource())
        let receipt = try fixture.house.receipt(
            Record(kind: .intent, action: "ca.rotate", decisionID: permit.decisionID))
        let csr = try store.authorities.request(
            store.authorities.clearRequest(permit: permit, receipt: receipt))
        let request = try CertificateSigningRequest(pemEncoded: csr)
        #expect(request.publicKey.isValidSignature(request.signature, for: request))
        #expect(keeper.keys.count == 3)
        _ = try fixture.open()
        #expect(keeper.keys.count == 3, "a start leaves what waits")
    }
}

/// A step that is interrupted at any write or call was taken or was not, and no key is left that nothing names.
@Suite struct OutsideKeyFaultTests {
    enum Place: CaseIterable {
        case files, keeper
    }

    @Test(arguments: Place.allCases, FaultyFiles.Fault.allCases)
    func everyKeyHasItsCertificateAfterAnyFault(
        _ place: Place, _ fault: FaultyFiles.Fault
    ) throws {
        for step in [AuthorityStep.rotate, .prepareRoot(crossSign: true), .prune] {
            var number = 0
            while true {
                number += 1
                let (keeper, hasFailed) = try attempt(step, number, place, fault)
                if !hasFailed { break }
                #expect(keeper.keys.count >= 2)
            }
            #expect(number > (place == .files ? 5 : 1), "\(step)")
        }
    }

    /// Takes a step with a fault, then starts again without one.
    private func attempt(
        _ step: AuthorityStep, _ number: Int, _ place: Place, _ fault: FaultyFiles.Fault
    ) throws -> (FakeCustody, hasFailed: Bool) {
        var fixture = try OfficeFixture()
        let keeper = FakeCustody()
        fixture.custody = keeper.custody
        let time = step == .prune ? 91 * OfficeFixture.day : 0
        let begun = try fixture.open()
        if step == .prune { try fixture.take(.rotate, in: begun) }
        let faulty = FaultyFiles(failing: number, fault)
        let store = try fixture.open(files: place == .files ? faulty : PosixFiles())
        if place == .keeper { keeper.fail(at: number, fault) }
        _ = fixture.code(step, in: store, after: time)
        let hasFailed = place == .files ? faulty.hasFailed : keeper.hasFailed
        keeper.fail(at: .max, fault)
        let later = try fixture.open()
        let named = try later.authorities.files.keptOutside(by: later.authorities.ledger)
        #expect(Set(keeper.keys.keys) == named, "\(step) \(place) \(fault) \(number)")
        _ = try fixture.identity(of: later)
        return (keeper, hasFailed)
    }

    /// The first start, too.
    @Test(arguments: FaultyFiles.Fault.allCases)
    func aFirstStartThatWasInterruptedLeavesNoKey(_ fault: FaultyFiles.Fault) throws {
        var number = 0
        while true {
            number += 1
            var fixture = try OfficeFixture()
            let keeper = FakeCustody()
            fixture.custody = keeper.custody
            let files = FaultyFiles(failing: number, fault)
            _ = try? fixture.open(files: files)
            let store = try fixture.open()
            #expect(keeper.keys.count == 2, "\(number)")
            _ = try fixture.identity(of: store)
            if !files.hasFailed { break }
        }
        #expect(number > 8)
    }
}
