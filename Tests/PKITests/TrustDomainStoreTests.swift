import Foundation
@testable import PKI
import Support
import SwiftASN1
import Testing
import X509

@Suite("A trust domain on disk")
struct TrustDomainStoreTests {
    private let scratch: TestFolder
    private let now: Int64 = 1_795_435_200_000_000_000

    init() throws {
        scratch = try TestFolder()
    }

    private var configuration: TrustDomainConfiguration {
        TrustDomainConfiguration(
            directory: scratch.path + "/data/pki", trustDomain: "maxine.test", datacenter: "dc1",
            certsDirectory: scratch.path + "/certs")
    }

    private func open(
        _ change: (inout TrustDomainConfiguration) -> Void = { _ in }, after seconds: Int64 = 0
    ) throws -> TrustDomainStore {
        var configuration = configuration
        change(&configuration)
        return try TrustDomainStore.openOrCreate(
            configuration, nowNanoseconds: now + seconds * 1_000_000_000)
    }

    private func refusal(
        _ change: (inout TrustDomainConfiguration) -> Void = { _ in }, after seconds: Int64 = 0
    ) -> String {
        do {
            _ = try open(change, after: seconds)
            return "opened"
        } catch {
            return (error as? PKIError)?.message ?? "another error"
        }
    }

    @Test func makesTheTrustDomainOnceAndSaysWhat() throws {
        let first = try open()
        #expect(
            first.created.map(\.path)
                == AuthorityFiles.names.map { scratch.path + "/data/pki/" + $0 })
        let second = try open()
        #expect(second.created.isEmpty)
        #expect(first.bundlePEM == second.bundlePEM)
    }

    @Test func keepsKeysToItself() throws {
        _ = try open()
        #expect(try scratch.mode("data/pki") == 0o700)
        #expect(try scratch.mode("data/pki/root.key") == 0o600)
        #expect(try scratch.mode("data/pki/intermediate.key") == 0o600)
        #expect(try scratch.text("data/pki/root.key").hasPrefix("-----BEGIN PRIVATE KEY-----"))
    }

    @Test(arguments: ["root.key", "intermediate.key"])
    func refusesAKeyThatOthersCanRead(_ name: String) throws {
        _ = try open()
        try scratch.chmod("data/pki/" + name, 0o640)
        #expect(refusal().contains("run chmod 600"))
        try scratch.chmod("data/pki/" + name, 0o600)
        try scratch.chmod("data/pki", 0o755)
        #expect(refusal().contains("run chmod 700"))
    }

    @Test(arguments: AuthorityFiles.names)
    func refusesAHalfTrustDomain(_ name: String) throws {
        _ = try open()
        try FileManager.default.removeItem(atPath: scratch.path + "/data/pki/" + name)
        #expect(refusal().contains("\(name) missing. Restore from a backup"))
    }

    @Test func refusesFilesThatDoNotFitEachOther() throws {
        _ = try open()
        let folder = scratch.path + "/data/pki/"
        let rootKey = try scratch.text("data/pki/root.key")
        let file = folder + "intermediate.key"
        let good = try scratch.text("data/pki/intermediate.key")
        try rootKey.write(toFile: file, atomically: false, encoding: .utf8)
        #expect(refusal().contains("intermediate.key is not the key of intermediate.pem"))
        try "nonsense".write(toFile: file, atomically: false, encoding: .utf8)
        #expect(refusal().contains("does not hold a P-256 key"))
        try good.write(toFile: file, atomically: false, encoding: .utf8)
        #expect(refusal() == "opened")
        let stranger = try TestCA().intermediate
        try stranger.pem.write(
            toFile: folder + "intermediate.pem", atomically: false, encoding: .utf8)
        #expect(refusal().contains("is not the key of intermediate.pem"))
    }

    @Test func refusesAnotherTrustDomainAndAnEndedAuthority() throws {
        _ = try open()
        #expect(refusal({ $0.trustDomain = "other.test" }).contains("not of the configured"))
        #expect(refusal({ $0.trustDomain = "Not A Domain" }).contains("can't name a trust domain"))
        #expect(refusal(after: 366 * 86_400) == "opened", "rotation replaces the intermediate")
        #expect(refusal(after: 3651 * 86_400).contains("expired"))
    }

    @Test func makesAuthoritiesThatFollowTheStandard() throws {
        let store = try open()
        let bundle = try TrustBundle(
            trustDomain: "maxine.test", pem: Array(store.bundlePEM.utf8))
        let root = try #require(bundle.anchors.first)
        #expect(root.extensions.uniformResourceIdentifiers == ["spiffe://maxine.test"])
        #expect(root.extensions.keyUsage == KeyUsage(keyCertSign: true, cRLSign: true))
        #expect(root.notAfterNanoseconds == now + 3650 * 86_400 * 1_000_000_000)
        let intermediate = try #require(store.trust.snapshot.intermediates?.certificates.first)
        #expect(
            intermediate.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
        #expect(intermediate.notAfterNanoseconds == now + 365 * 86_400 * 1_000_000_000)
        #expect(intermediate.header.serial.count == 16)
    }

    @Test func makesAServerIdentityThatItsOwnVerifierTakes() throws {
        let store = try open()
        let identity = try store.serverIdentity(
            dnsNames: ["gw.example", "localhost"], ipAddresses: [[127, 0, 0, 1]],
            nowNanoseconds: now)
        let peer = try SVIDVerifier(trust: store.trust).verify(
            UnverifiedChain(derCertificates: identity.chainDER), nowNanoseconds: now
        ).get()
        #expect(peer.spiffeID == identity.spiffeID)
        #expect("\(peer.spiffeID)" == "spiffe://maxine.test/ns/maxine/dc/dc1/svc/maxine")
        #expect(identity.expiresAtNanoseconds == now + 86_400 * 1_000_000_000)
        let leaf = try Certificate(derEncoded: identity.chainDER[0])
        let names = try #require(try leaf.extensions.subjectAlternativeNames)
        #expect(names.contains(.dnsName("localhost")) && names.contains(.dnsName("gw.example")))
        #expect(names.count == 4)
        #expect(throws: PKIError.self) {
            try store.serverIdentity(dnsNames: ["a b"], nowNanoseconds: now)
        }
        #expect(throws: PKIError.self) {
            try store.serverIdentity(ipAddresses: [[1, 2, 3]], nowNanoseconds: now)
        }
    }

    @Test func writesAnOperatorIdentity() throws {
        let store = try open()
        let made = try store.writeOperatorIdentity(name: "operator", nowNanoseconds: now)
        #expect(
            made.map(\.path)
                == ["operator.key", "operator.pem", "bundle.pem"].map {
                    scratch.path + "/certs/" + $0
                })
        #expect(try scratch.mode("certs/operator.key") == 0o600)
        #expect(try scratch.names("certs") == ["bundle.pem", "operator.key", "operator.pem"])
        let chain = try PEMText.blocks(Array(scratch.text("certs/operator.pem").utf8), max: 4)
        let peer = try SVIDVerifier(trust: store.trust).verify(
            UnverifiedChain(derCertificates: chain.map(\.der)),
            nowNanoseconds: now + 89 * 86_400 * 1_000_000_000
        ).get()
        #expect("\(peer.spiffeID)" == "spiffe://maxine.test/operator/operator")
        // Again: replaced as a whole.
        _ = try store.writeOperatorIdentity(name: "operator", nowNanoseconds: now)
        #expect(try scratch.names("certs").count == 3)
    }

    @Test(arguments: ["", "a/b", "..", "bundle", "a b", "é"])
    func refusesOperatorNamesThatCanNotStand(_ name: String) throws {
        let store = try open()
        #expect(throws: PKIError.self) {
            try store.writeOperatorIdentity(name: name, nowNanoseconds: now)
        }
    }
}
