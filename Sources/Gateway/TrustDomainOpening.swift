internal import Foundation
internal import PKI

/// Opens the trust domain of the data folder, or creates it together with the operator's identity.
struct TrustDomainOpening {
    private let configuration: TrustDomainConfiguration

    init(_ settings: GatewayConfiguration) throws {
        var configuration = TrustDomainConfiguration(
            directory: settings.dataDirectory + "/pki", trustDomain: settings.trustDomain,
            datacenter: settings.datacenter, certsDirectory: settings.certsDirectory)
        configuration.serverSeconds = settings.identity.serverTTLSeconds
        configuration.rules.ttlSecondsMax = settings.identity.svidTTLSecondsMax
        configuration.rules.ttlSecondsMin = min(
            PKILimits.ttlSecondsMin, settings.identity.svidTTLSeconds,
            settings.identity.serverTTLSeconds)
        configuration.intermediateSeconds = Int64(settings.identity.authorityTTLSeconds)
        configuration.rootSeconds = Int64(settings.identity.rootTTLSeconds)
        configuration.operatorSeconds = min(
            configuration.operatorSeconds, settings.identity.authorityTTLSeconds)
        configuration.jwtKeySeconds = Int64(settings.identity.tokenKeyTTLSeconds)
        configuration.tokenSecondsMax = settings.identity.tokenTTLSecondsMax
        configuration.tokenIssuer = settings.tokenIssuer
        configuration.refreshHintSeconds = settings.identity.bundleRefreshSeconds
        if let path = settings.identity.keySealFile {
            guard let secret = FileManager.default.contents(atPath: path) else {
                throw PKIError.unusableFiles("identity.key_seal: \(path) can't be read")
            }
            configuration.seal = try KeySeal(secret: Array(secret))
        }
        configuration.custody = try OpenBaoCustody(settings)
        self.configuration = configuration
    }

    /// Opens or creates; `made` says what was made, a line each.
    func open(nowNanoseconds now: Int64) throws -> (store: TrustDomainStore, made: [String]) {
        let store = try TrustDomainStore.openOrCreate(configuration, nowNanoseconds: now)
        guard !store.created.isEmpty else { return (store, []) }
        let written = try store.writeOperatorIdentity(name: "operator", nowNanoseconds: now)
        let made = (store.created + written).map { "created \($0.purpose): \($0.path)" }
        return (store, ["created trust domain spiffe://\(configuration.trustDomain)"] + made)
    }
}

extension GatewayConfiguration {
    /// The issuer of JWT-SVIDs.
    var tokenIssuer: String { identity.tokenIssuer ?? "https://\(trustDomain)" }
}
