import Foundation
import PKI
import Policy
import Support
import SwiftASN1
import Testing
import X509

@Suite("The leaf of an X509-SVID")
struct VerifierLeafTests {
    let fixture: VerifierFixture

    init() throws {
        fixture = try VerifierFixture()
    }

    @Test func acceptsAGoodLeafAndSaysWhoItIs() throws {
        let leaf = try fixture.ca.leaf()
        let peer = try fixture.verify(fixture.ca.chain(leaf)).get()
        #expect(peer.spiffeID.description == "spiffe://maxine.test/ns/default/dc/dc1/svc/web")
        #expect(peer.serial.hasPrefix("11"))
        #expect(peer.notAfterNanoseconds == fixture.ca.nowNanoseconds + 3600 * 1_000_000_000)
        #expect(peer.notBeforeNanoseconds == fixture.ca.nowNanoseconds - 30 * 1_000_000_000)
        #expect(peer.issuerKeyID.count == 40)
    }

    @Test func refusesAnEmptyChain() {
        #expect(fixture.verdict([]) == "no_certificate")
    }

    @Test func refusesACertificateAuthorityAsLeaf() throws {
        let verdict = try fixture.verdict { $0.isAuthority = true }
        #expect(verdict == "leaf_is_authority")
    }

    @Test func refusesOurOwnRootAndIntermediateAsLeaf() {
        #expect(fixture.verdict([fixture.ca.root.der]) == "leaf_is_authority")
        #expect(
            fixture.verdict([fixture.ca.intermediate.der, fixture.ca.root.der])
                == "leaf_is_authority")
    }

    @Test(arguments: ["certificates", "revocation lists"])
    func refusesALeafThatMaySign(_ what: String) throws {
        let verdict = try fixture.verdict {
            $0.keyUsage = KeyUsage(
                digitalSignature: true, keyCertSign: what == "certificates",
                cRLSign: what != "certificates")
        }
        #expect(verdict == "leaf_is_authority")
    }

    @Test func refusesALeafWithoutKeyUsage() throws {
        #expect(try fixture.verdict { $0.keyUsage = nil } == "key_usage")
    }

    @Test func refusesAKeyUsageThatIsNotCritical() throws {
        #expect(try fixture.verdict { $0.keyUsageIsCritical = false } == "key_usage")
    }

    @Test func refusesALeafWithoutDigitalSignature() throws {
        #expect(
            try fixture.verdict { $0.keyUsage = KeyUsage(keyAgreement: true) } == "key_usage")
    }

    @Test func acceptsALeafWithoutExtendedKeyUsage() throws {
        #expect(try fixture.verdict { $0.extendedKeyUsages = nil } == "accepted")
    }

    @Test(arguments: [
        [ExtendedKeyUsage.Usage.serverAuth], [.clientAuth], [.any], [.codeSigning],
        [.serverAuth, .clientAuth, .any],
    ])
    func refusesOtherExtendedKeyUsages(_ usages: [ExtendedKeyUsage.Usage]) throws {
        #expect(
            try fixture.verdict { $0.extendedKeyUsages = usages } == "extended_key_usage")
    }

    @Test func acceptsOtherNamesBesideTheSPIFFEID() throws {
        #expect(try fixture.verdict { $0.dnsNames = ["localhost"] } == "accepted")
    }

    @Test func refusesALeafWithoutASPIFFEID() throws {
        #expect(try fixture.verdict { $0.uris = [] } == "identity")
        let onlyDNS = try fixture.verdict {
            $0.uris = []
            $0.dnsNames = ["web"]
        }
        #expect(onlyDNS == "identity")
    }

    @Test func refusesTwoURINames() throws {
        let two = try fixture.verdict { $0.uris.append("spiffe://maxine.test/other") }
        #expect(two == "identity")
        let mixed = try fixture.verdict { $0.uris.append("https://maxine.test/") }
        #expect(mixed == "identity")
    }

    @Test(arguments: [
        "https://maxine.test/ns/a", "spiffe://maxine.test", "spiffe://maxine.test/",
        "spiffe://maxine.test/a//b", "spiffe://maxine.test/../a", "spiffe://MAXINE.test/a",
        "spiffe://maxine.test:80/a", "spiffe://user@maxine.test/a", "spiffe://maxine.test/a?b",
        "spiffe://maxine.test/a#b", "spiffe://maxine.test/%61", "spiffe:///a", "",
        "spiffe://maxine.test/a\u{0}", "spiffe://maxine.test/a\u{0}.evil",
    ])
    func refusesWhatIsNotTheSPIFFEIDOfAWorkload(_ uri: String) throws {
        #expect(try fixture.verdict { $0.uris = [uri] } == "identity")
    }

    @Test func refusesAnEmptySubjectUnlessTheNameIsCritical() throws {
        #expect(try fixture.verdict { $0.commonName = nil } == "identity")
        let critical = try fixture.verdict {
            $0.commonName = nil
            $0.alternativeNamesAreCritical = true
        }
        #expect(critical == "accepted")
    }

    @Test func refusesUnknownCriticalExtensions() throws {
        let verdict = try fixture.verdict {
            $0.extraExtensions = [.init(oid: [1, 2, 3, 4], critical: true, value: [5, 0])]
        }
        #expect(verdict == "unknown_critical_extension")
        let ignored = try fixture.verdict {
            $0.extraExtensions = [.init(oid: [1, 2, 3, 4], critical: false, value: [5, 0])]
        }
        #expect(ignored == "accepted")
    }

    @Test func refusesNameConstraintsOnALeaf() throws {
        let verdict = try fixture.verdict {
            $0.extraExtensions = [
                (try? .init(NameConstraints(permittedURIDomains: ["maxine.test"]), critical: true))
                    ?? .init(oid: [1, 2], critical: true, value: [])
            ]
        }
        #expect(verdict == "name_constraints")
    }
}
