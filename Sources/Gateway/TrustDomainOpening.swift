internal import Auth
internal import PKI

/// Opens the trust domain of the data folder, or creates it together with the operator's identity.
struct TrustDomainOpening {
    let configuration: TrustDomainConfiguration
    private let anchors: LogAnchorFile

    /// Reads the secrets by which keys are kept.
    ///
    /// - Throws: `PKIError` where one is missing or can't be one.
    init(
        _ settings: GatewayConfiguration, keeper: (any OutsideCustody)? = nil
    ) throws(PKIError) {
        var configuration = TrustDomainConfiguration(
            directory: settings.dataDirectory + "/pki", trustDomain: settings.trustDomain,
            datacenter: settings.datacenter, certsDirectory: settings.certsDirectory)
        configuration.intermediateSeconds = Int64(settings.identity.intermediateSeconds)
        configuration.rootSeconds = Int64(settings.identity.rootSeconds)
        // An operator's certificate has room below whatever signs.
        configuration.operatorSeconds = min(
            configuration.operatorSeconds, settings.identity.intermediateSeconds / 2)
        configuration.serverSeconds = settings.identity.serverTTLSeconds
        configuration.rules.ttlSecondsMax = settings.identity.svidTTLSecondsMax
        configuration.rules.revocationURL = settings.identity.revocationURL
        configuration.tellsRevocations = settings.listen.revocation != nil
        configuration.custody = try ConfiguredCustody(settings).open()
        if let keeper {
            configuration.custody.outside = [keeper]
            configuration.custody.maker = keeper.name
        }
        self.configuration = configuration
        anchors = LogAnchorFile(settings)
    }

    /// Opens what is there, and makes nothing.
    func existing(nowNanoseconds now: Int64) throws -> TrustDomainStore {
        try TrustDomainStore.open(configuration, nowNanoseconds: now)
    }

    /// Opens or creates; `made` says what was made, a line each.
    func open(nowNanoseconds now: Int64) throws -> OpenedTrustDomain {
        try anchors.begin()
        let store = try TrustDomainStore.openOrCreate(configuration, nowNanoseconds: now)
        let signing = try SigningKeyRing(
            directory: configuration.directory, nowNanoseconds: now,
            seal: configuration.signingSeal)
        let logKeys = try LogKeyRing(configuration)
        var keys = signing.isNew ? ["created keys of tokens: \(signing.path)"] : []
        if logKeys.isNew { keys.append("created keys of the log: \(logKeys.path)") }
        let plain = store.authorities.unsealed
        if !plain.isEmpty {
            keys.append(
                "keys that are not sealed yet, although \(ConfigurationName.seal) is set:"
                    + " \(plain.joined(separator: ", ")); stop the gateway and run `maxine ca seal`"
            )
        }
        guard !store.created.isEmpty else {
            return OpenedTrustDomain(
                store: store, signing: signing, logKeys: logKeys, made: keys)
        }
        let written = try store.writeOperatorIdentity(name: "operator", nowNanoseconds: now)
        let made = (store.created + written).map { "created \($0.purpose): \($0.path)" }
        return OpenedTrustDomain(
            store: store, signing: signing, logKeys: logKeys,
            made: ["created trust domain spiffe://\(configuration.trustDomain)"] + made + keys)
    }
}

/// The trust domain, and the keys of its tokens and its log.
struct OpenedTrustDomain: Sendable {
    let store: TrustDomainStore
    let signing: SigningKeyRing
    let logKeys: LogKeyRing
    /// What was made, a line each.
    let made: [String]
}
