@testable import PKI
import Testing

/// Keys at rest.
@Suite("Sealed keys")
struct KeySealTests {
    private let secret = Array("0123456789abcdef0123456789abcdef".utf8)

    private func opened(_ fixture: OfficeFixture, seal: KeySeal?) throws -> TrustDomainStore {
        var configuration = fixture.configuration
        configuration.seal = seal
        return try TrustDomainStore.openOrCreate(
            configuration, nowNanoseconds: OfficeFixture.at(1))
    }

    @Test func writesNoKeyInTheClear() throws {
        let seal = try KeySeal(secret: secret)
        let fixture = try OfficeFixture { $0.seal = seal }
        _ = try fixture.office.rotate(.root, nowNanoseconds: OfficeFixture.at(1))
        let names = try fixture.scratch.names("pki").filter { $0.hasSuffix(".key") }
        #expect(names.count >= 5)
        for name in names {
            let text = try fixture.scratch.text("pki/" + name)
            #expect(text.hasPrefix("-----BEGIN MAXINE SEALED PRIVATE KEY-----"), "\(name)")
            #expect(try fixture.scratch.mode("pki/" + name) == 0o600)
        }
        #expect(throws: Never.self) { try opened(fixture, seal: seal) }
    }

    @Test func opensOnlyWithTheSameSecretAndUnderTheSameName() throws {
        let seal = try KeySeal(secret: secret)
        let fixture = try OfficeFixture { $0.seal = seal }
        #expect(fixture.code { _ = try opened(fixture, seal: nil) } == "unusable_files")
        let other = try KeySeal(secret: secret + [1])
        #expect(fixture.code { _ = try opened(fixture, seal: other) } == "unusable_files")
        let sealed = try seal.seal("text", name: "a")
        let block = try PEMText.blocks(Array(sealed.utf8), max: 1)[0]
        #expect(seal.open(block.der, name: "a") == "text")
        #expect(seal.open(block.der, name: "b") == nil)
        var changed = block.der
        changed[changed.count - 1] ^= 1
        #expect(seal.open(changed, name: "a") == nil)
    }

    @Test func sealsKeysThatWereThereBefore() throws {
        let fixture = try OfficeFixture()
        #expect(try fixture.scratch.text("pki/root.key").hasPrefix("-----BEGIN PRIVATE KEY"))
        let before = fixture.office.ledger
        let store = try opened(fixture, seal: KeySeal(secret: secret))
        #expect(store.office.ledger == before)
        #expect(try fixture.scratch.text("pki/root.key").contains("SEALED"))
        #expect(try fixture.scratch.text("pki/intermediate.key").contains("SEALED"))
    }

    @Test func refusesAShortSecret() {
        #expect(throws: PKIError.self) { try KeySeal(secret: Array(secret.dropLast())) }
    }
}
