import Audit
import Foundation
@testable import PKI
import Policy
import ProofSupport
import Support
import SwiftASN1
import Testing
import X509

@Suite("Issuing")
struct CertificateAuthorityTests {
    private let scratch: TestFolder
    private let store: TrustDomainStore
    private let house: Gatehouse
    private let now: Int64 = 1_795_435_200_000_000_000

    init() throws {
        scratch = try TestFolder()
        house = try Gatehouse()
        store = try TrustDomainStore.openOrCreate(
            TrustDomainConfiguration(
                directory: scratch.path + "/pki", trustDomain: "maxine.test", datacenter: "dc1"),
            nowNanoseconds: now)
    }

    /// Asks for an identity; everything fits unless a test says otherwise.
    private func issue(
        _ request: ParsedCSR? = nil, id: String? = nil, ttl: Int = 3600,
        action: Policy.Action = .identityIssue, service: String? = "web",
        namespace: String = "default",
        receiptOfAnother: Bool = false, after seconds: Int64 = 0
    ) throws -> IssuedSVID {
        let request = try request ?? ParsedCSR(TestRequest.der())
        let permit = try house.permit(action, Resource(service: service, namespace: namespace))
        let receipt = try house.receipt(
            Record(
                kind: .decision, action: action.name,
                decisionID: receiptOfAnother ? permit.decisionID &+ 1 : permit.decisionID))
        return try store.authority.issue(
            request, as: id.map { try SPIFFEID(parsing: $0) } ?? request.spiffeID,
            ttlSeconds: ttl,
            permit: permit, receipt: receipt, nowNanoseconds: now + seconds * 1_000_000_000)
    }

    private func code(_ body: () throws -> IssuedSVID) -> String {
        do {
            _ = try body()
            return "issued"
        } catch {
            return (error as? PKIError)?.code ?? "\(error)"
        }
    }

    @Test func issuesAnIdentityThatVerifies() throws {
        let svid = try issue()
        let peer = try SVIDVerifier(trust: store.trust).verify(
            UnverifiedChain(derCertificates: svid.chainDER), nowNanoseconds: now
        ).get()
        #expect("\(peer.spiffeID)" == "spiffe://maxine.test/ns/default/dc/dc1/svc/web")
        #expect(svid.spiffeID == peer.spiffeID)
        #expect(svid.serial == peer.serial)
        #expect(svid.expiresAtNanoseconds == now + 3600 * 1_000_000_000)
        #expect(peer.notBeforeNanoseconds == now - 30 * 1_000_000_000)
        #expect(svid.chainPEM.hasPrefix(svid.svidPEM))
        #expect(svid.bundlePEM == store.bundlePEM)
        let blocks = try PEMText.blocks(Array(svid.chainPEM.utf8), max: 4)
        #expect(blocks.map(\.der) == svid.chainDER)
    }

    @Test func givesTheLeafWhatTheStandardAsks() throws {
        let leaf = try Certificate(derEncoded: try issue().chainDER[0])
        #expect(leaf.version == .v3)
        #expect(try leaf.extensions.basicConstraints == .notCertificateAuthority)
        #expect(try leaf.extensions.keyUsage == KeyUsage(digitalSignature: true))
        #expect(
            try leaf.extensions.extendedKeyUsage == ExtendedKeyUsage([.serverAuth, .clientAuth]))
        #expect(leaf.extensions[oid: .X509ExtensionID.keyUsage]?.critical == true)
        #expect(try leaf.extensions.subjectKeyIdentifier != nil)
        #expect(leaf.serialNumber.bytes.count == 16)
    }

    @Test func neverUsesASerialNumberTwice() throws {
        let serials = try (0..<100).map { _ in try issue().serial }
        #expect(Set(serials).count == 100)
    }

    @Test func issuesForRenewalToo() throws {
        #expect(code { try issue(action: .identityRenew) } == "issued")
    }

    @Test func refusesAPermitForAnythingElse() throws {
        for action in Policy.Action.allCases
        where action != .identityIssue && action != .identityRenew {
            #expect(code { try issue(action: action) } == "unproven")
        }
        #expect(code { try issue(service: "api") } == "unproven")
        #expect(code { try issue(service: nil) } == "unproven")
        #expect(code { try issue(namespace: "other") } == "unproven")
    }

    @Test func refusesAReceiptOfAnotherDecision() throws {
        #expect(code { try issue(receiptOfAnother: true) } == "unproven")
    }

    @Test func refusesAnotherIdentityThanTheRequestAsksFor() throws {
        #expect(
            code { try issue(id: "spiffe://maxine.test/ns/default/dc/dc1/svc/api") } == "not_issued"
        )
    }

    @Test(arguments: [
        "spiffe://other.test/ns/default/dc/dc1/svc/web", "spiffe://maxine.test/operator/alice",
        "spiffe://maxine.test/ns/default/dc/dc2/svc/web", "spiffe://maxine.test/web",
        "spiffe://maxine.test/ns/maxine/dc/dc1/svc/maxine",
    ])
    func refusesIdentitiesThatAreNotOursToGive(_ uri: String) throws {
        let request = try ParsedCSR(TestRequest.der(uris: [uri]))
        let service = uri.hasSuffix("svc/maxine") ? "maxine" : "web"
        let namespace = uri.hasSuffix("svc/maxine") ? "maxine" : "default"
        #expect(
            code { try issue(request, service: service, namespace: namespace) } == "not_issued")
    }

    @Test func keepsTheLifeWithinItsBounds() throws {
        #expect(code { try issue(ttl: 4) } == "not_issued")
        #expect(code { try issue(ttl: 5) } == "issued")
        #expect(code { try issue(ttl: 86_400) } == "issued")
        #expect(code { try issue(ttl: 86_401) } == "not_issued")
        #expect(code { try issue(ttl: -1) } == "not_issued")
        #expect(code { try issue(ttl: Int.max) } == "not_issued")
    }

    @Test func neverOutlivesItsIssuer() throws {
        let year: Int64 = 365 * 86_400
        let cut = try issue(ttl: 3600, after: year - 1800)
        #expect(cut.expiresAtNanoseconds == now + year * 1_000_000_000)
        #expect(code { try issue(ttl: 3600, after: year - 1799) } == "authority_ending")
        #expect(code { try issue(ttl: 60, after: year - 29) } == "authority_ending")
        #expect(code { try issue(ttl: 3600, after: year + 1) } == "authority_ending")
    }

    @Test func refusesToHandOutWhatItsOwnVerifierRefuses() throws {
        let known = try #require(store.trust.snapshot.intermediates?.certificates.first)
        let keyID = hexText(known.extensions.subjectKeyIdentifier ?? [])
        store.trust.setRevocations(RevocationSet(revokedKeyIDs: [keyID]))
        #expect(code { try issue() } == "signing_failed")
    }

    @Test func namesTheServiceOfARequestForThePolicy() throws {
        let service = try store.authority.serviceIdentity(of: ParsedCSR(TestRequest.der()))
        #expect(service.service == "web" && service.namespace == "default")
    }
}
