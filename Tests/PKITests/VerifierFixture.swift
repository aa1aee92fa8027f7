import Foundation
import PKI
import Support
import X509

/// A trust domain, its verifier and short words for the tests.
struct VerifierFixture {
    let ca: TestCA
    let trust: TrustStore
    let verifier: SVIDVerifier

    init(known: Bool = true) throws {
        ca = try TestCA()
        trust = TrustStore(
            bundles: [try TrustBundle(trustDomain: ca.trustDomain, derCertificates: [ca.root.der])],
            intermediates: known
                ? try KnownIntermediates(
                    trustDomain: ca.trustDomain, derCertificates: [ca.intermediate.der]) : nil)
        verifier = SVIDVerifier(trust: trust)
    }

    func verify(
        _ chain: [[UInt8]], after seconds: Double = 0
    ) -> Result<VerifiedPeer, PeerRefusal> {
        verifier.verify(
            UnverifiedChain(derCertificates: chain),
            nowNanoseconds: ca.nowNanoseconds + Int64(seconds * 1e9))
    }

    /// The code of the refusal of a leaf under the intermediate, or "accepted".
    func verdict(
        path: String = "/ns/default/dc/dc1/svc/web", after seconds: Double = 0,
        _ change: (inout TestCertificatePlan) -> Void
    ) throws -> String {
        verdict(ca.chain(try ca.leaf(path, change: change)), after: seconds)
    }

    func verdict(_ chain: [[UInt8]], after seconds: Double = 0) -> String {
        switch verify(chain, after: seconds) {
        case .success: "accepted"
        case .failure(let refusal): refusal.code
        }
    }

    /// The verdict on a good leaf below a changed intermediate.
    func verdictUnder(
        intermediate change: (inout TestCertificatePlan) -> Void
    ) throws -> String {
        var plan = ca.authorityPlan("other intermediate", pathLength: 0)
        change(&plan)
        let other = try TestCA.mint(plan, by: ca.root)
        let leaf = try TestCA.mint(ca.leafPlan(), by: other)
        return verdict([leaf.der, other.der])
    }
}
