internal import Audit
internal import Logging
internal import NIOConcurrencyHelpers
internal import Policy
internal import ServiceLifecycle
internal import StrictJSON

/// Puts a changed policy into force, or keeps the last good one and says why.
///
/// Looks once a second whether a file changed, and at once when told to (SIGHUP). The record of the change is on disk before
/// the new policy decides anything.
final class PolicyReloader: Service {
    private static let interval = Duration.seconds(1)

    private let files: PolicySourceFiles
    private let holder: PolicyHolder
    private let journal: Journal
    private let metrics: GatewayMetrics
    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    private struct State {
        var stamp: [String]?
        var fault: String?
        var isDue = false
    }

    init(
        files: PolicySourceFiles, holder: PolicyHolder, journal: Journal, metrics: GatewayMetrics,
        logger: Logger
    ) {
        self.files = files
        self.holder = holder
        self.journal = journal
        self.metrics = metrics
        self.logger = logger
        let stamp = files.stamp()
        state.withLockedValue { $0.stamp = stamp }
    }

    /// Why the newest policy files are not in force; nil when they are.
    var fault: String? { state.withLockedValue { $0.fault } }

    /// Asks for a reload at the next look, whether or not a file changed.
    func requestReload() {
        state.withLockedValue { $0.isDue = true }
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try await Task.sleep(for: Self.interval)
                await self.look()
            }
        }
    }

    /// Reloads if a file changed or a reload was asked for.
    func look() async {
        let stamp = files.stamp()
        let isDue = state.withLockedValue { state in
            defer { state.isDue = false }
            return state.isDue || state.stamp != stamp
        }
        guard isDue else { return }
        state.withLockedValue { $0.stamp = stamp }
        let policy: CompiledPolicy
        do {
            policy = try files.load()
        } catch {
            return await refuse("\(error)")
        }
        await replace(with: policy)
    }

    private func replace(with policy: CompiledPolicy) async {
        let old = holder.current.policy.digest
        if policy.digest != old {
            do {
                try await record("policy.activate", old: old, new: policy.digest, reason: nil)
            } catch {
                logger.error("policy change waits until it can be recorded: \(error)")
                return requestReload()
            }
            holder.activate(policy)
        }
        state.withLockedValue { $0.fault = nil }
        metrics.policyReloads.add()
        logger.notice("policy loaded", metadata: ["digest": "\(policy.digest)", "was": "\(old)"])
    }

    private func refuse(_ reason: String) async {
        let isNew = state.withLockedValue { state in
            defer { state.fault = reason }
            return state.fault != reason
        }
        metrics.policyReloadsRefused.add()
        logger.error("policy not loaded, the last good one stays in force:\n\(reason)")
        guard isNew else { return }
        let old = holder.current.policy.digest
        do {
            try await record("policy.refuse", old: old, new: nil, reason: reason)
        } catch {
            logger.error("policy refusal not recorded: \(error)")
        }
    }

    private func record(
        _ action: String, old: String, new: String?, reason: String?
    ) async throws {
        var detail = JSONWriter()
        detail.raw("{\"in_force\":")
        detail.string(old)
        if let new {
            detail.raw(",\"new\":")
            detail.string(new)
        }
        detail.raw("}")
        _ = try await journal.record(
            Record(
                kind: .system, action: action, reason: reason.map { String($0.prefix(2000)) },
                detail: detail.bytes))
    }
}
