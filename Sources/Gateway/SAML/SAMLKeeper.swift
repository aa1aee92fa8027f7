internal import Audit
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle
internal import StrictJSON

/// Has the metadata of SAML providers read again when that is due, and says what has changed: in the log, in records, in figures.
final class SAMLKeeper: Service {
    /// What was told of a provider last.
    private struct Told {
        var fault: String?
        var alarm: String?
        var fingerprints: [String] = []
        var refusals = 0
    }

    private let providers: [SAMLProvider]
    private let journal: Journal
    private let metrics: GatewayMetrics
    private let logger: Logger
    private let ticker: any Ticker
    private let told = NIOLockedValueBox<[String: Told]>([:])

    init(
        _ providers: [SAMLProvider], journal: Journal, metrics: GatewayMetrics, logger: Logger,
        ticker: any Ticker
    ) {
        self.providers = providers
        self.journal = journal
        self.metrics = metrics
        self.logger = logger
        self.ticker = ticker
    }

    func run() async {
        await ticker.run(.saml, look)
    }

    /// All providers at once; what is under way when the gateway stops is given up.
    private func look() async {
        await cancelWhenGracefulShutdown { [providers] in
            await withTaskGroup(of: Void.self) { group in
                for provider in providers { group.addTask { await provider.knowledge.look() } }
            }
        }
        var alarmed = 0
        for provider in providers {
            let standing = provider.knowledge.standing
            if standing.fault != nil || standing.alarm != nil { alarmed += 1 }
            await tell(provider.name, standing)
        }
        metrics.samlProvidersAlarmed.set(alarmed)
    }

    /// Each change once; what can't be recorded is told again.
    private func tell(_ name: String, _ standing: SAMLKnowledge.SAMLStanding) async {
        var last = told.withLockedValue { $0[name] } ?? Told()
        metrics.samlMetadataRefused.add(standing.refusals - last.refusals)
        last.refusals = standing.refusals
        if standing.fault != last.fault, await tell(fault: standing.fault, of: name) {
            last.fault = standing.fault
        }
        if standing.alarm != last.alarm, await tell(alarm: standing.alarm, of: name) {
            last.alarm = standing.alarm
        }
        let keys = standing.fingerprints ?? last.fingerprints
        if keys != last.fingerprints, await tell(keys: keys, before: last.fingerprints, of: name) {
            last.fingerprints = keys
        }
        told.withLockedValue { $0[name] = last }
    }

    private func tell(fault: String?, of name: String) async -> Bool {
        guard let fault else {
            logger.notice("the metadata of \(name) can be used again")
            return true
        }
        logger.warning(
            "the provider \(name): \(fault); what was known before stays in force until it ends")
        return await record("saml_metadata_refused: \(fault)", name) { _ in }
    }

    private func tell(alarm: String?, of name: String) async -> Bool {
        guard let alarm else { return true }
        logger.warning("the provider \(name): \(alarm)")
        return await record("saml_keys_end: \(alarm)", name) { _ in }
    }

    private func tell(keys: [String], before: [String], of name: String) async -> Bool {
        let added = keys.filter { !before.contains($0) }
        let removed = before.filter { !keys.contains($0) }
        logger.notice(
            "the provider \(name) signs with \(keys.count) keys: \(added.count) are new, \(removed.count) are gone"
        )
        return await record("saml_keys_changed: by the provider's metadata", name) { writer in
            writer.raw(",\"added\":")
            writer.strings(added)
            writer.raw(",\"removed\":")
            writer.strings(removed)
        }
    }

    private func record(
        _ reason: String, _ name: String, _ more: (inout JSONWriter) -> Void
    ) async -> Bool {
        var writer = JSONWriter(capacity: 256)
        writer.raw("{\"provider\":")
        writer.string(name)
        more(&writer)
        writer.raw("}")
        do {
            _ = try await journal.record(
                Record(
                    kind: .system, action: "provider.metadata", reason: reason,
                    detail: writer.bytes))
            return true
        } catch {
            logger.error("what became of the metadata of \(name) can't be recorded: \(error)")
            return false
        }
    }
}
