internal import Audit
internal import Foundation
internal import Logging
internal import PKI
internal import ServiceLifecycle
internal import StrictJSON

/// Keeps the bundles of foreign trust domains: polled at their own pace, stored, never merged.
final class FederationClient: Service {
    private let settings: [FederationSetting]
    private let desk: AuthorityDesk
    private let folder: String
    private let journal: Journal
    private let logger: Logger
    private let clock: @Sendable () -> Int64

    /// Takes over the stored bundles, or the pinned ones where nothing is stored.
    ///
    /// - Throws: `PKIError.invalidBundle` for a pinned bundle that can't be used.
    init(
        _ settings: [FederationSetting], desk: AuthorityDesk, folder: String, journal: Journal,
        logger: Logger, clock: @escaping @Sendable () -> Int64
    ) throws {
        self.settings = settings
        self.desk = desk
        self.folder = folder
        self.journal = journal
        self.logger = logger
        self.clock = clock
        for setting in settings {
            if let bundle = try Self.first(setting, folder: folder) {
                desk.trustDomain.trust.setBundle(bundle)
            }
        }
    }

    func run() async {
        await withDiscardingTaskGroup { group in
            for setting in settings {
                group.addTask { await self.poll(setting) }
            }
            if settings.isEmpty { try? await gracefulShutdown() }
        }
    }

    private func poll(_ setting: FederationSetting) async {
        let fetcher = BundleFetcher(
            setting: setting, trust: desk.trustDomain.trust, clock: clock)
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                try await take(try await fetcher.fetch(), setting)
            } catch {
                logger.warning(
                    "bundle of \(setting.trustDomain) not fetched, what is there stays: \(error)")
            }
            let hint =
                desk.trustDomain.trust.snapshot.bundles[setting.trustDomain]?
                .refreshHintSeconds ?? PKILimits.refreshHintSecondsDefault
            let seconds = min(
                max(hint, FederationLimits.pollSecondsMin), FederationLimits.pollSecondsMax)
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(seconds)) }
        }
    }

    /// Takes a newer bundle: recorded, stored, then in force.
    func take(_ bytes: [UInt8], _ setting: FederationSetting) async throws {
        let next = try BundleDocument.parse(bytes, trustDomain: setting.trustDomain)
        let trust = desk.trustDomain.trust
        let old = trust.snapshot.bundles[setting.trustDomain]
        if let old, next.sequence != 0, next.sequence < old.sequence {
            throw BundleFetcher.Failure(
                description: "sequence \(next.sequence) is older than \(old.sequence)")
        }
        if let old, BundleDocument.encode(old) == BundleDocument.encode(next) { return }
        var writer = JSONWriter()
        writer.raw("{\"trust_domain\":")
        writer.string(setting.trustDomain)
        writer.raw(",\"sequence\":")
        writer.integer(next.sequence)
        writer.raw(",\"authorities\":")
        writer.integer(next.derCertificates.count)
        writer.raw("}")
        try await journal.record(
            "federation.bundle", String(decoding: writer.bytes, as: UTF8.self))
        try store(bytes, setting)
        trust.setBundle(next)
        logger.notice("bundle of \(setting.trustDomain): sequence \(next.sequence) is in force")
        let isShrunk = old.map { old in
            old.derCertificates.contains { !next.derCertificates.contains($0) }
        }
        if isShrunk ?? false { await desk.reconsider(trustDomain: setting.trustDomain) }
    }

    private func store(_ bytes: [UInt8], _ setting: FederationSetting) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try Data(bytes).write(
            to: URL(filePath: Self.path(setting, folder: folder)), options: .atomic)
    }

    private static func path(_ setting: FederationSetting, folder: String) -> String {
        "\(folder)/\(setting.trustDomain).json"
    }

    private static func first(
        _ setting: FederationSetting, folder: String
    ) throws -> TrustBundle? {
        let manager = FileManager.default
        if let stored = manager.contents(atPath: path(setting, folder: folder)) {
            if let bundle = try? BundleDocument.parse(
                Array(stored), trustDomain: setting.trustDomain)
            {
                return bundle
            }
        }
        guard let file = setting.bundleFile else { return nil }
        guard let pinned = manager.contents(atPath: file) else {
            throw PKIError.invalidBundle(
                "\(file), the first of \(setting.trustDomain), can't be read")
        }
        let bytes = Array(pinned)
        return bytes.starts(with: Array("-----BEGIN".utf8))
            ? try TrustBundle(trustDomain: setting.trustDomain, pem: bytes)
            : try BundleDocument.parse(bytes, trustDomain: setting.trustDomain)
    }
}
