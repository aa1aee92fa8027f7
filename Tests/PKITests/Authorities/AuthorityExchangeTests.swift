import Audit
import Crypto
import Foundation
@testable import PKI
import Policy
import ProofSupport
import Support
import SwiftASN1
import Testing
import X509

/// The root's key is kept elsewhere, and intermediates are made by an exchange of files.
@Suite struct AuthorityExchangeTests {
    let fixture: OfficeFixture

    init() throws { fixture = try OfficeFixture() }

    /// Takes the key away as the command does, and gives it.
    private func export(
        from store: TrustDomainStore, to name: String = "usb.key"
    ) throws -> P256.Signing.PrivateKey {
        let receipt = try fixture.house.receipt(
            Record(kind: .system, action: "ca.export-root-key", decisionID: 7))
        try store.authorities.exportRootKey(
            to: fixture.scratch.path(name), receipt: receipt, boundTo: 7)
        return try P256.Signing.PrivateKey(pemRepresentation: fixture.scratch.text(name))
    }

    private func request(from store: TrustDomainStore) throws -> String {
        let permit = try fixture.house.permit(.caRotate, Resource())
        let receipt = try fixture.house.receipt(
            Record(kind: .intent, action: "ca.rotate", decisionID: permit.decisionID))
        return try store.authorities.request(
            store.authorities.clearRequest(permit: permit, receipt: receipt))
    }

    /// What somebody with the root's key makes of a request.
    private func sign(
        _ csr: String, _ rootKey: P256.Signing.PrivateKey, _ store: TrustDomainStore,
        days: Int64 = 365, uri: String = "spiffe://maxine.test"
    ) throws -> [UInt8] {
        let root = try #require(store.authorities.holdings.trusted(.root).first)
        return try sign(csr, rootKey, root, days: days, uri: uri)
    }

    private func sign(
        _ csr: String, _ rootKey: P256.Signing.PrivateKey, _ root: ParsedCertificate,
        days: Int64 = 365, uri: String = "spiffe://maxine.test"
    ) throws -> [UInt8] {
        let request = try CertificateSigningRequest(pemEncoded: csr)
        let requested = try #require(P256.Signing.PublicKey(request.publicKey))
        let seconds = OfficeFixture.now / 1_000_000_000
        let made = try CertificateTemplate(
            role: .intermediate(pathLength: 0), uri: uri, commonName: "intermediate",
            subjectPublicKeyInfo: Array(requested.derRepresentation),
            notBeforeSeconds: seconds - 30, notAfterSeconds: seconds + days * 86_400
        ).signed(by: LocalKey(rootKey), issuer: root)
        return Array(PEMText.encode(made.der, label: "CERTIFICATE").utf8)
    }

    @Test func theRootKeyGoesAndIntermediatesAreStillMade() throws {
        let store = try fixture.open()
        let key = try export(from: store)
        #expect(try fixture.scratch.mode("usb.key") == 0o600)
        #expect(try !fixture.scratch.names("pki").contains("root.key"))
        let again = try fixture.open()
        #expect(fixture.verdict(on: try fixture.identity(of: again), in: again) == "accepted")
        do {
            try fixture.take(.prepare, in: again)
            Issue.record("made without the root's key")
        } catch {
            #expect("\(error)".contains("maxine ca csr"), "\(error)")
        }
        let csr = try request(from: again)
        #expect(try request(from: fixture.open()).contains("BEGIN CERTIFICATE REQUEST"))
        #expect(try fixture.scratch.mode("pki/request.key") == 0o600)
        let made = try fixture.take(.install(sign(csr, key, again)), in: again).prepared
        #expect(again.states == [.active, .prepared])
        #expect(try !fixture.scratch.names("pki").contains("request.key"))
        try fixture.take(.activate, in: again)
        #expect(try fixture.identity(of: again).issuerKeyID == made.first)
        #expect(try fixture.open().states == [.old, .active])
        #expect(throws: PKIError.self) { _ = try again.authorities.exportableRoot() }
        // A key that has its certificate waits no more, though a crash left it there.
        let file = try #require(again.authorities.ledger.active(.intermediate)?.file)
        let taken = try fixture.scratch.text("pki/\(file).key")
        try fixture.scratch.write(taken, to: "pki/request.key")
        try fixture.scratch.chmod("pki/request.key", 0o600)
        let next = try CertificateSigningRequest(pemEncoded: request(from: again))
        let known = try P256.Signing.PrivateKey(pemRepresentation: taken).publicKey
        #expect(next.publicKey != Certificate.PublicKey(known))
    }

    @Test func whatIsNotTheCertificateOfTheRequestIsRefused() throws {
        let store = try fixture.open()
        let key = try export(from: store)
        let other = P256.Signing.PrivateKey()
        #expect(fixture.code(.install([]), in: store) == "wrong_state", "nothing waits")
        let csr = try request(from: store)
        let strangers = try AuthorityRequest(trustDomain: "maxine.test", key: LocalKey(other)).pem()
        let bad: [(String, [UInt8])] = [
            ("no PEM", [1, 2, 3]), ("another key", try sign(strangers, key, store)),
            ("another root", try sign(csr, other, store)),
            ("too short", try sign(csr, key, store, days: 1)),
            ("another trust domain", try sign(csr, key, store, uri: "spiffe://other.test")),
        ]
        for (what, pem) in bad {
            #expect(fixture.code(.install(pem), in: store) == "invalid_request", "\(what)")
        }
        // Nor is one below a root that does not sign yet.
        try fixture.take(.prepareRoot(crossSign: false), in: store)
        let next = try #require(store.authorities.ledger.prepared(.root))
        let root = try #require(store.authorities.holdings.certificates[next.keyID])
        let nextKey = try P256.Signing.PrivateKey(
            pemRepresentation: fixture.scratch.text("pki/\(next.file).key"))
        let below = try sign(csr, nextKey, root)
        #expect(fixture.code(.install(below), in: store) == "invalid_request")
        #expect(store.states == [.active])
        #expect(fixture.code(.install(try sign(csr, key, store)), in: store) == "done")
    }

    @Test func whatWasClearedIsGoodOnce() throws {
        let store = try fixture.open()
        let permit = try fixture.house.permit(.caRotate, Resource())
        let receipt = try fixture.house.receipt(
            Record(kind: .intent, action: "ca.rotate", decisionID: permit.decisionID))
        let cleared = try store.authorities.clearRequest(permit: permit, receipt: receipt)
        _ = try store.authorities.request(cleared)
        do throws(PKIError) {
            _ = try store.authorities.request(cleared)
            Issue.record("a request was made twice under one record")
        } catch {
            #expect(error.code == "unproven")
        }
    }

    @Test func nothingIsDoneUnderTheRecordOfSomethingElse() throws {
        let store = try fixture.open()
        let office = store.authorities
        let permit = try fixture.house.permit(.caRead, Resource())
        let receipt = try fixture.house.receipt(
            Record(kind: .intent, action: "ca.read", decisionID: permit.decisionID))
        do throws(PKIError) {
            _ = try office.clearRequest(permit: permit, receipt: receipt)
            Issue.record("a request was made")
        } catch {
            #expect(error.code == "unproven")
        }
        let other = try fixture.house.receipt(
            Record(kind: .system, action: "ca.rotate", decisionID: 7))
        do throws(PKIError) {
            _ = try office.clearRequest(receipt: other, boundTo: 8)
            Issue.record("a request was made")
        } catch {
            #expect(error.code == "unproven")
        }
        let third = try fixture.house.receipt(
            Record(kind: .system, action: "ca.export-root-key", decisionID: 7))
        do throws(PKIError) {
            try office.exportRootKey(
                to: fixture.scratch.path("usb.key"), receipt: third, boundTo: 8)
            Issue.record("the key went")
        } catch {
            #expect(error.code == "unproven")
        }
        let names = try fixture.scratch.names("pki")
        #expect(!names.contains("request.key") && names.contains("root.key"))
    }

    @Test(arguments: FaultyFiles.Fault.allCases)
    func anInterruptedInstallationIsDoneOrNot(_ fault: FaultyFiles.Fault) throws {
        var number = 0
        while true {
            number += 1
            let fixture = try OfficeFixture()
            let it = AuthorityExchangeTests(fixture)
            let store = try fixture.open()
            let pem = try it.sign(it.request(from: store), it.export(from: store), store)
            let files = FaultyFiles(failing: number, fault)
            let faulty = try fixture.open(files: files)
            #expect((fixture.code(.install(pem), in: faulty) == "done") != files.hasFailed)
            let later = try fixture.open()
            #expect(later.states == [.active] || later.states == [.active, .prepared])
            // Whatever happened, the same certificate can be given again, or is there.
            if later.states == [.active] {
                #expect(fixture.code(.install(pem), in: later) == "done", "\(number)")
            }
            try fixture.take(.activate, in: later)
            #expect(try fixture.open().states == [.old, .active])
            if !files.hasFailed { break }
        }
        #expect(number > 8)
    }

    @Test(arguments: FaultyFiles.Fault.allCases)
    func theKeyIsNeverNowhere(_ fault: FaultyFiles.Fault) throws {
        var number = 0
        while true {
            number += 1
            let fixture = try OfficeFixture()
            let it = AuthorityExchangeTests(fixture)
            let key = try {
                _ = try fixture.open(); return try fixture.scratch.text("pki/root.key")
            }()
            let files = FaultyFiles(failing: number, fault)
            let faulty = try fixture.open(files: files)
            let exported = try? it.export(from: faulty)
            #expect((exported != nil) != files.hasFailed)
            _ = try fixture.open()
            let places = ["pki/root.key", "usb.key"].filter {
                (try? fixture.scratch.text($0)) == key
            }
            #expect(!places.isEmpty, "\(number)")
            // Again: it goes through, with the file that is there.
            let later = try fixture.open()
            if places.contains("pki/root.key") { _ = try it.export(from: later) }
            #expect(try fixture.scratch.text("usb.key") == key)
            if !files.hasFailed { break }
        }
        #expect(number > 6)
    }

    /// The next root has a key of its own, which is here until it is taken away, too.
    @Test func theNextRootNeedsNothingOfOneThatIsElsewhere() throws {
        let store = try fixture.open()
        _ = try export(from: store)
        do {
            try fixture.take(.prepareRoot(crossSign: true), in: store)
            Issue.record("signed across without the key")
        } catch {
            #expect("\(error)".contains("can't sign the new one across"), "\(error)")
        }
        try fixture.take(.prepareRoot(crossSign: false), in: store)
        try fixture.take(.activateRoot(force: true), in: store)
        #expect(store.rootStates == [.old, .active])
        #expect(fixture.verdict(on: try fixture.identity(of: store), in: store) == "accepted")
        let key = try export(from: store, to: "second.key")
        let csr = try request(from: store)
        let active = try #require(store.authorities.ledger.active(.root)?.keyID)
        let root = try #require(store.authorities.holdings.certificates[active])
        let pem = try sign(csr, key, root)
        #expect(fixture.code(.install(pem), in: store) == "done")
        try fixture.take(.activate, in: store)
        #expect(fixture.verdict(on: try fixture.identity(of: store), in: store) == "accepted")
        #expect(try fixture.open().rootStates == [.old, .active])
    }

    @Test func aPreparedRootWithoutItsKeyIsPutBackBeforeItSigns() throws {
        let store = try fixture.open()
        try fixture.take(.prepareRoot(crossSign: false), in: store)
        let file = try #require(store.authorities.ledger.prepared(.root)?.file)
        let path = fixture.scratch.path("pki/\(file).key")
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        do {
            try fixture.take(.activateRoot(force: true), in: store)
            Issue.record("activated without its key")
        } catch {
            #expect("\(error)".contains("put it back as \(path)"), "\(error)")
        }
        #expect(store.rootStates == [.active, .prepared])
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        #expect(fixture.code(.activateRoot(force: true), in: store) == "done")
    }

    @Test func anotherFileIsNeverWrittenOver() throws {
        let store = try fixture.open()
        try fixture.scratch.write("mine", to: "usb.key")
        #expect(throws: PKIError.self) { _ = try export(from: store) }
        #expect(try fixture.scratch.text("usb.key") == "mine")
        #expect(try fixture.scratch.names("pki").contains("root.key"))
    }
}

extension AuthorityExchangeTests {
    private init(_ fixture: OfficeFixture) { self.fixture = fixture }
}
