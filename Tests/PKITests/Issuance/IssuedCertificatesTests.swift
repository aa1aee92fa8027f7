import Crypto
import Foundation
@testable import PKI
import Policy
import Support
import Testing
import X509

/// What was issued is taken, and nothing else, however it was signed.
@Suite struct IssuedCertificatesTests {
    private let scratch: TestFolder
    private let store: TrustDomainStore
    private let verifier: SVIDVerifier
    private let now: Int64 = 1_795_435_200_000_000_000

    init() throws {
        scratch = try TestFolder()
        store = try TrustDomainStore.openOrCreate(
            TrustDomainConfiguration(
                directory: scratch.path + "/pki", trustDomain: "maxine.test", datacenter: "dc1"),
            nowNanoseconds: now)
        verifier = SVIDVerifier(trust: store.trust)
    }

    /// A thief has the real key and makes leaves with the right names and extensions, half of them with serial numbers of live ones.
    @Test func noLeafThatWasSignedElsewhereIsTaken() throws {
        let count = Repetitions.of(10_000)
        let authority = try TestCertificate.read(
            pem: scratch.text("pki/intermediate.pem"), key: scratch.text("pki/intermediate.key"))
        let live = try (0..<10).map { _ in try issue() }
        for own in live { #expect(verdict(own.chainDER) == "accepted") }
        let date = Date(timeIntervalSince1970: Double(now / 1_000_000_000))
        let id = "spiffe://maxine.test/ns/default/dc/dc1/svc/web"
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        var refused = 0
        for round in 0..<count {
            var plan = TestCertificatePlan.leaf(id, now: date)
            if round.isMultiple(of: 2) {
                plan.serial = .init(bytes: Self.bytes(live[round / 2 % live.count].serial))
            }
            let forged = try TestCA.mint(plan, by: authority, key: key)
            let chain = [forged.der, authority.der]
            if verdict(chain) == "unlogged", reverdict(forged.der) == "unlogged" { refused += 1 }
        }
        #expect(refused == count)
        for own in live { #expect(verdict(own.chainDER) == "accepted") }
    }

    @Test func aCertificateIsForgottenAnHourAfterItsEnd() throws {
        let issued = try #require(store.trust.issued)
        _ = try issue()
        let count = issued.count
        issued.forgetEnded(nowNanoseconds: now + 3600 * 1_000_000_000)
        #expect(issued.count == count)
        issued.forgetEnded(nowNanoseconds: now + 3 * 3600 * 1_000_000_000)
        #expect(issued.count == count - 1)
    }

    @Test func endsInAnyOrderAreKeptApart() {
        let issued = IssuedCertificates(trustDomain: "maxine.test")
        let hour: Int64 = 3600 * 1_000_000_000
        for (index, offset) in [5, 0, 9, 2, 2000].enumerated() {
            issued.insert(
                .init(high: UInt64(index), low: 7), endNanoseconds: now + Int64(offset) * hour,
                issuedSeconds: 0)
        }
        #expect(issued.count == 5)
        // Further from the others than a certificate can be.
        issued.insert(
            .init(high: 9, low: 9), endNanoseconds: now + 20_000 * hour, issuedSeconds: 0)
        #expect(issued.count == 5)
        issued.forgetEnded(nowNanoseconds: now + 4 * hour)
        #expect(issued.count == 3)
        issued.forgetEnded(nowNanoseconds: .max)
        #expect(issued.count == 0)
        issued.insert(.init(high: 1, low: 1), endNanoseconds: .max, issuedSeconds: .max)
        issued.insert(.init(high: 1, low: 1), endNanoseconds: .min, issuedSeconds: .min)
    }

    /// What an earlier version recorded without a digest.
    @Test func oneThatIsTakenOverIsOfItsIdentityAndEnd() throws {
        let own = try issue()
        let leaf = try ParsedCertificate(der: own.chainDER[0], element: 0)
        let (id, end) = (own.spiffeID, own.expiresAtNanoseconds)
        for (name, ends, isTaken) in [
            (id.description, end, true), (id.description, end + 1_000_000_000, false),
            (id.description + "x", end, false),
        ] {
            let issued = IssuedCertificates(trustDomain: "maxine.test")
            issued.adopt(
                serial: own.serial, spiffeID: name, endNanoseconds: ends, issuedSeconds: 0)
            #expect(issued.contains(leaf, of: id) == isTaken, "\(name) \(ends)")
            issued.forgetEnded(nowNanoseconds: ends)
            #expect(issued.adoptedCount == 1)
            issued.forgetEnded(nowNanoseconds: ends + 1)
            #expect(issued.adoptedCount == 0)
        }
    }

    private func issue() throws -> IssuedSVID {
        let id = try SPIFFEID(parsing: "spiffe://maxine.test/ns/default/dc/dc1/svc/web")
        let request = try ParsedCSR(TestRequest.der())
        return try store.authority.sign(
            subjectPublicKeyInfo: request.subjectPublicKeyInfo, id: id, names: [],
            ttlSeconds: 3600, ttlSecondsMax: 3600, nowNanoseconds: now)
    }

    private func verdict(_ chain: [[UInt8]]) -> String {
        word(verifier.verify(UnverifiedChain(derCertificates: chain), nowNanoseconds: now))
    }

    private func reverdict(_ leaf: [UInt8]) -> String {
        word(verifier.reverify(leafDER: leaf, nowNanoseconds: now))
    }

    private func word(_ verdict: Result<VerifiedPeer, PeerRefusal>) -> String {
        switch verdict {
        case .success: "accepted"
        case .failure(let refusal): refusal.code
        }
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).compactMap { offset in
            let start = hex.index(hex.startIndex, offsetBy: offset)
            return UInt8(hex[start...].prefix(2), radix: 16)
        }
    }
}
