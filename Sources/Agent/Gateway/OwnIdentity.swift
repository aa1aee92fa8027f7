internal import Logging
internal import PKI

/// The agent's own SVID over its life: from the file or by joining, renewed at half of its life, kept on disk.
actor OwnIdentity {
    private let configuration: AgentConfiguration
    private let files: AgentFiles
    private let link: GatewayLink
    private let joining: Joining
    private let trust: TrustStore
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    private var identity: AgentIdentity?
    private var renewNanoseconds: Int64 = 0
    private var failures = 0

    init(
        configuration: AgentConfiguration, link: GatewayLink, trust: TrustStore, logger: Logger,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        self.link = link
        self.trust = trust
        self.logger = logger
        self.clock = clock
        files = AgentFiles(directory: configuration.dataDirectory)
        joining = Joining(configuration: configuration, link: link, trust: trust, clock: clock)
    }

    /// Loads bundle and identity, or joins.
    ///
    /// - Throws: `AgentError`.
    func open() async throws(AgentError) {
        try files.prepare()
        try loadBundle()
        if let known = try loadIdentity() {
            try await take(known, store: false)
            logger.notice("identity \(known.spiffeID) from \(files.identityPath)")
            return
        }
        try await link.use(nil, bundlePEM: bundlePEM)
        let first = try await joining.join()
        try await take(first, store: true)
        logger.notice("joined as \(first.spiffeID)")
    }

    /// Renews at half of the life; a failure is tried again, later and later.
    func renewIfDue() async {
        guard clock() >= renewNanoseconds else { return }
        do throws(AgentError) {
            let next = try await joining.renew()
            try await take(next, store: true)
            failures = 0
            logger.notice("own identity renewed")
        } catch {
            failures += 1
            if failures == 1 {
                logger.warning("own identity not renewed", metadata: ["reason": "\(error)"])
            }
            renewNanoseconds = clock() + Int64(min(30, failures)) * 1_000_000_000
        }
    }

    /// Keeps the new bundle, and checks the gateway against it from now on.
    func trustChanged() async {
        do throws(AgentError) {
            let bundles = Array(trust.snapshot.bundles.values)
            try AgentFiles.replace(files.bundlesPath, BundleDocument.encodeMap(bundles))
            try await link.use(identity, bundlePEM: bundlePEM)
        } catch {
            logger.error("the new trust bundle can't be kept", metadata: ["reason": "\(error)"])
        }
    }

    private var bundlePEM: String { trust.snapshot.bundles[configuration.trustDomain]?.pem ?? "" }

    private func take(_ next: AgentIdentity, store: Bool) async throws(AgentError) {
        if store { try AgentFiles.replace(files.identityPath, Array(next.text.utf8)) }
        try await link.use(next, bundlePEM: bundlePEM)
        identity = next
        let issued = next.startNanoseconds + PKILimits.backdateSeconds * 1_000_000_000
        renewNanoseconds = Halftime.of(from: issued, to: next.expiresNanoseconds)
    }

    /// The newest bundle that was kept; the configured one the first time.
    private func loadBundle() throws(AgentError) {
        do {
            if let kept = try AgentFiles.read(files.bundlesPath) {
                for bundle in try BundleDocument.parseMap(kept) { trust.setBundle(bundle) }
                if !bundlePEM.isEmpty { return }
            }
            guard let pem = try AgentFiles.read(configuration.bundlePath) else {
                throw AgentError.files(
                    "no trust bundle at \(configuration.bundlePath): copy the gateway's bundle.pem")
            }
            trust.setBundle(
                try TrustBundle(trustDomain: configuration.trustDomain, pem: pem))
        } catch let error as AgentError {
            throw error
        } catch let error as PKIError {
            throw .files(error.message)
        } catch {
            throw .files("\(error)")
        }
    }

    /// The kept identity, unless it has expired: then the agent must join again.
    private func loadIdentity() throws(AgentError) -> AgentIdentity? {
        guard let bytes = try AgentFiles.read(files.identityPath) else { return nil }
        do throws(AgentError) {
            return try AgentIdentity(
                text: String(decoding: bytes, as: UTF8.self), trust: trust,
                nowNanoseconds: clock())
        } catch {
            logger.warning(
                "the kept identity is of no use, joining again", metadata: ["reason": "\(error)"])
            return nil
        }
    }
}
