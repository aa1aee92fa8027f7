internal import Foundation
internal import GRPCCore
internal import PKI
internal import Policy
internal import WorkloadAPI

/// Messages of the X509-SVID profile (Workload API section 5), made from a snapshot.
struct X509Answers {
    let snapshot: IdentitySnapshot
    let trustDomain: String
    let nowNanoseconds: Int64

    /// The identities of some entries that are there and not expired, the default one first.
    ///
    /// - Throws: `RPCError` unavailable while none of them is there.
    func identities(of entries: [RegistrationEntry]) throws -> [HeldIdentity] {
        let held = entries.compactMap { snapshot.identities[$0.id] }
            .filter { $0.expiresNanoseconds > nowNanoseconds }
        guard !held.isEmpty else {
            throw RPCError(
                code: .unavailable,
                message: "the identity is not issued yet, or the gateway is away")
        }
        return held
    }

    /// X509SVIDResponse: every field set, hints unique (section 5.2.1).
    func svids(of entries: [RegistrationEntry]) throws -> WorkloadX509SVIDResponse {
        var response = WorkloadX509SVIDResponse()
        var hints: Set<String> = []
        for identity in try identities(of: entries) {
            var svid = WorkloadX509SVID()
            svid.spiffeID = identity.entry.spiffeID.description
            svid.x509Svid = Data(identity.certificates.flatMap { $0 })
            svid.x509SvidKey = Data(identity.key)
            svid.bundle = concatenated(trustDomain)
            let hint = identity.entry.hint
            if !hint.isEmpty, hints.insert(hint).inserted { svid.hint = hint }
            response.svids.append(svid)
        }
        for domain in federated(entries) {
            response.federatedBundles["spiffe://" + domain] = concatenated(domain)
        }
        return response
    }

    /// X509BundlesResponse: the own trust domain's bundle and those that the entries name (section 5.2.2).
    func bundles(of entries: [RegistrationEntry]) -> WorkloadX509BundlesResponse {
        var response = WorkloadX509BundlesResponse()
        for domain in [trustDomain] + federated(entries) {
            response.bundles["spiffe://" + domain] = concatenated(domain)
        }
        return response
    }

    /// JWTBundlesResponse: the keys for tokens alone (section 6.2.2).
    func tokenBundles(of entries: [RegistrationEntry]) -> WorkloadJWTBundlesResponse {
        var response = WorkloadJWTBundlesResponse()
        for domain in [trustDomain] + federated(entries) {
            guard let bundle = snapshot.bundles[domain] else { continue }
            response.bundles["spiffe://" + domain] = Data(BundleDocument.encodeJWTKeys(bundle))
        }
        return response
    }

    /// The other trust domains that some entries name and whose bundles are there.
    func federated(_ entries: [RegistrationEntry]) -> [String] {
        Set(entries.flatMap(\.federatesWith)).sorted().filter {
            $0 != trustDomain && snapshot.bundles[$0] != nil
        }
    }

    private func concatenated(_ domain: String) -> Data {
        Data(snapshot.bundles[domain]?.derCertificates.flatMap { $0 } ?? [])
    }
}
