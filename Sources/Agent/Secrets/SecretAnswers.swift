internal import Foundation
internal import PKI
internal import Policy
internal import SwiftProtobuf
internal import WorkloadAPI

/// Envoy secrets made from a snapshot: certificates by SPIFFE ID, validation contexts by trust domain.
struct SecretAnswers {
    static let secretType =
        "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
    static let validatorType =
        "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig"
    /// The caller's default identity.
    static let defaultName = "default"
    /// The own trust domain's validation context.
    static let rootName = "ROOTCA"
    /// Every bundle of the caller's, in a validation context that keeps trust domains apart.
    static let allName = "ALL"

    let answers: X509Answers
    let entries: [RegistrationEntry]

    /// The secrets of some names, all of the caller's where there are none; nil names those that it may not have.
    func secrets(
        _ names: [String]
    ) throws -> (secrets: [Envoy_Service_Secret_V3_Secret], missing: [String]) {
        let identities = try answers.identities(of: entries)
        let domains = [answers.trustDomain] + answers.federated(entries)
        let wanted =
            names.isEmpty
            ? identities.map(\.entry.spiffeID.description) + domains.map { "spiffe://" + $0 }
            : names
        var secrets: [Envoy_Service_Secret_V3_Secret] = []
        var missing: [String] = []
        for name in wanted {
            if let secret = secret(name, identities, domains) {
                secrets.append(secret)
            } else {
                missing.append(name)
            }
        }
        return (secrets, missing)
    }

    private func secret(
        _ name: String, _ identities: [HeldIdentity], _ domains: [String]
    ) -> Envoy_Service_Secret_V3_Secret? {
        if name == Self.defaultName { return identities.first.map { certificate(name, $0) } }
        if name == Self.rootName { return context(name, answers.trustDomain) }
        if name == Self.allName { return contextOfAll(name, domains) }
        if let held = identities.first(where: { $0.entry.spiffeID.description == name }) {
            return certificate(name, held)
        }
        let domain = name.hasPrefix("spiffe://") ? String(name.dropFirst(9)) : name
        return domains.contains(domain) ? context(name, domain) : nil
    }

    private func certificate(_ name: String, _ held: HeldIdentity) -> Envoy_Service_Secret_V3_Secret
    {
        var secret = Envoy_Service_Secret_V3_Secret()
        secret.name = name
        secret.tlsCertificate.certificateChain.inlineBytes = Data(held.chainPEM.utf8)
        secret.tlsCertificate.privateKey.inlineBytes = Data(held.keyPEM.utf8)
        return secret
    }

    private func context(_ name: String, _ domain: String) -> Envoy_Service_Secret_V3_Secret {
        var secret = Envoy_Service_Secret_V3_Secret()
        secret.name = name
        secret.validationContext.trustedCa.inlineBytes = pem(domain)
        return secret
    }

    private func contextOfAll(
        _ name: String, _ domains: [String]
    ) -> Envoy_Service_Secret_V3_Secret? {
        var configuration = Envoy_Service_Secret_V3_SPIFFECertValidatorConfig()
        for domain in domains {
            var entry = Envoy_Service_Secret_V3_SPIFFECertValidatorConfig.TrustDomain()
            entry.name = domain
            entry.trustBundle.inlineBytes = pem(domain)
            configuration.trustDomains.append(entry)
        }
        guard let bytes: Data = try? configuration.serializedBytes() else { return nil }
        var secret = Envoy_Service_Secret_V3_Secret()
        secret.name = name
        secret.validationContext.customValidatorConfig.name = "envoy.tls.cert_validator.spiffe"
        secret.validationContext.customValidatorConfig.typedConfig.typeURL = Self.validatorType
        secret.validationContext.customValidatorConfig.typedConfig.value = bytes
        return secret
    }

    private func pem(_ domain: String) -> Data {
        Data((answers.snapshot.bundles[domain]?.pem ?? "").utf8)
    }
}
