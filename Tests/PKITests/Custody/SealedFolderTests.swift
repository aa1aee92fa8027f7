import Audit
import Crypto
import Foundation
@testable import PKI
import ProofSupport
import Support
import Testing

/// Authorities whose keys lie sealed.
@Suite struct SealedFolderTests {
    private static let seal = Array("0123456789abcdef0123456789abcdef".utf8)
    private var fixture: OfficeFixture

    init() throws {
        fixture = try OfficeFixture()
        fixture.custody.seal = try KeySeal(secret: Self.seal)
    }

    /// What the folder's keys begin with.
    private func beginnings() throws -> Set<String> {
        let names = try fixture.scratch.names("pki").filter { $0.hasSuffix(".key") }
        return Set(try names.map { String(try fixture.scratch.text("pki/" + $0).prefix(12)) })
    }

    private func message(_ fixture: OfficeFixture) -> String {
        do {
            _ = try fixture.open()
            return "opened"
        } catch {
            return "\(error)"
        }
    }

    @Test func noKeyIsEverWrittenInTheClear() throws {
        let store = try fixture.open()
        try fixture.take(.rotate, in: store)
        try fixture.take(.prepareRoot(crossSign: true), in: store)
        #expect(try fixture.scratch.names("pki").filter { $0.hasSuffix(".key") }.count == 4)
        #expect(try beginnings() == [#"{"version":1"#])
        let again = try fixture.open()
        #expect(fixture.verdict(on: try fixture.identity(of: again), in: again) == "accepted")
        let place = KeyPlace.sealedFile(seal: try KeySeal(secret: Self.seal).id)
        #expect(
            again.authorities.ledger.authorities.allSatisfy {
                again.authorities.files.place(of: $0.file) == place
            })
    }

    @Test func withoutTheSealingKeyNothingOpensAndTheMessageSaysWhy() throws {
        _ = try fixture.open()
        var without = fixture
        without.custody.seal = nil
        #expect(message(without).contains("set custody.seal"))
        without.custody.seal = try KeySeal(secret: Self.seal + [1])
        #expect(message(without).contains("maxine ca seal --from"))
        #expect(message(fixture) == "opened")
    }

    @Test func aSealedFileTakesNoOthersPlace() throws {
        let store = try fixture.open()
        try fixture.take(.prepare, in: store)
        let prepared = try #require(store.authorities.ledger.prepared(.intermediate)?.file)
        let other = try fixture.scratch.text("pki/\(prepared).key")
        try fixture.scratch.write(other, to: "pki/intermediate.key")
        try fixture.scratch.chmod("pki/intermediate.key", 0o600)
        #expect(message(fixture).contains("the file of another key"))
    }

    @Test func theRootsKeyIsTakenAwayInTheClear() throws {
        let store = try fixture.open()
        let receipt = try fixture.house.receipt(
            Record(kind: .system, action: "ca.export-root-key", decisionID: 7))
        try store.authorities.exportRootKey(
            to: fixture.scratch.path("usb.key"), receipt: receipt, boundTo: 7)
        let key = try P256.Signing.PrivateKey(
            pemRepresentation: fixture.scratch.text("usb.key"))
        let root = try #require(store.authorities.holdings.trusted(.root).first)
        #expect(
            Array(key.publicKey.derRepresentation) == root.header.subjectPublicKeyInfo)
        #expect(message(fixture) == "opened")
    }
}

/// Plain keys are sealed, and sealed ones anew by another key.
@Suite struct KeySealingTests {
    private static let first = Array("0123456789abcdef0123456789abcdef".utf8)
    private static let second = Array("fedcba9876543210fedcba9876543210".utf8)

    private func seal(
        _ fixture: OfficeFixture, from old: KeySeal?, files: any DurableFiles = PosixFiles()
    ) throws -> [String] {
        let sealing = KeySealing(
            fixture.configuration, others: [(fixture.scratch.path("pki/tokens"), "tokens")],
            old: old, files: files)
        let receipt = try fixture.house.receipt(
            Record(kind: .system, action: "ca.seal", decisionID: 7))
        return try sealing.seal(receipt: receipt, boundTo: 7)
    }

    /// A folder with plain keys of four authorities, and one more secret.
    private func plain() throws -> OfficeFixture {
        let fixture = try OfficeFixture()
        let store = try fixture.open()
        try fixture.take(.rotate, in: store)
        try fixture.take(.prepareRoot(crossSign: false), in: store)
        try fixture.scratch.write("token keys", to: "pki/tokens")
        return fixture
    }

    @Test func sealsWhatIsPlainOnceAndChangesTheKey() throws {
        var fixture = try plain()
        let before = try fixture.open().authorities.ledger
        fixture.custody.seal = try KeySeal(secret: Self.first)
        #expect(try seal(fixture, from: nil).count == 5)
        #expect(try seal(fixture, from: nil).isEmpty)
        #expect(try fixture.open().authorities.ledger == before)
        let old = fixture.custody.seal
        fixture.custody.seal = try KeySeal(secret: Self.second)
        #expect(throws: PKIError.self) { try seal(fixture, from: nil) }
        #expect(throws: PKIError.self) { try fixture.open() }
        #expect(try seal(fixture, from: old).count == 5)
        #expect(try fixture.open().authorities.ledger == before)
        #expect(try fixture.scratch.mode("pki/root.key") == 0o600)
        let tokens = try fixture.scratch.bytes("pki/tokens")
        let secret = try KeySeal.contents(
            tokens, at: "tokens", purpose: "tokens", by: fixture.custody.seal)
        #expect(String(decoding: secret, as: UTF8.self) == "token keys")
    }

    /// What is sealed by the right key already is opened all the same: nobody is told that all is well where a file is another's.
    @Test func aSealedFileOfAnotherKeyIsFoundByWhoeverSeals() throws {
        var fixture = try plain()
        fixture.custody.seal = try KeySeal(secret: Self.first)
        _ = try seal(fixture, from: nil)
        let other = try fixture.scratch.text("pki/tokens")
        try fixture.scratch.write(other, to: "pki/root.key")
        try fixture.scratch.chmod("pki/root.key", 0o600)
        #expect(throws: PKIError.self) { try seal(fixture, from: nil) }
    }

    @Test(arguments: FaultyFiles.Fault.allCases)
    func anInterruptedChangeIsDoneAgain(_ fault: FaultyFiles.Fault) throws {
        var number = 0
        while true {
            number += 1
            var fixture = try plain()
            let old = try KeySeal(secret: Self.first)
            fixture.custody.seal = old
            _ = try seal(fixture, from: nil)
            fixture.custody.seal = try KeySeal(secret: Self.second)
            let files = FaultyFiles(failing: number, fault)
            let done = (try? seal(fixture, from: old, files: files)) != nil
            #expect(done != files.hasFailed)
            _ = try seal(fixture, from: old)
            #expect(throws: Never.self) { try fixture.open() }
            if !files.hasFailed { break }
        }
        #expect(number > 15)
    }

    @Test func nothingIsSealedWithoutItsRecord() throws {
        var fixture = try plain()
        fixture.custody.seal = try KeySeal(secret: Self.first)
        let sealing = KeySealing(fixture.configuration, others: [], old: nil)
        let receipt = try fixture.house.receipt(
            Record(kind: .system, action: "ca.seal", decisionID: 7))
        do {
            _ = try sealing.seal(receipt: receipt, boundTo: 8)
            Issue.record("sealed")
        } catch {
            #expect(error.code == "unproven")
        }
        #expect(try fixture.scratch.text("pki/root.key").hasPrefix("-----BEGIN PRIVATE KEY"))
    }
}
