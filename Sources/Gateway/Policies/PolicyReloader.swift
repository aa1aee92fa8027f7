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
    private let files: PolicySourceFiles
    private let holder: PolicyHolder
    private let journal: Journal
    private let metrics: GatewayMetrics
    private let logger: Logger
    private let ticker: any Ticker
    private let state = NIOLockedValueBox(State())

    private struct State {
        var stamp: [String]?
        var fault: String?
        var isDue = false
    }

    init(
        files: PolicySourceFiles, holder: PolicyHolder, journal: Journal, metrics: GatewayMetrics,
        logger: Logger, ticker: any Ticker
    ) {
        self.files = files
        self.holder = holder
        self.journal = journal
        self.metrics = metrics
        self.logger = logger
        self.ticker = ticker
        let stamp = files.stamp()
        state.withLockedValue { $0.stamp = stamp }
    }

    /// Why the newest policy files are not in force; nil when they are.
    var fault: String? { state.withLockedValue { $0.fault } }

    /// Asks for a reload at the next look, whether or not a file changed.
    func requestReload() {
        state.withLockedValue { $0.isDue = true }
    }

    func run() async {
        await ticker.run(.policy, look)
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
        do throws(PolicyFault) {
            policy = try files.load()
        } catch {
            return await refuse(error.description)
        }
        await replace(with: policy)
    }

    private func replace(with policy: CompiledPolicy) async {
        let old = holder.current.policy.digest
        if policy.digest != old {
            do {
                _ = try await journal.record(Self.activation(old: old, new: policy.digest))
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
            _ = try await journal.record(Self.refusal(of: reason, inForce: old))
        } catch {
            logger.error("policy refusal not recorded: \(error)")
        }
    }

    /// The record of a policy that comes into force; `old` is nil at start.
    static func activation(old: String?, new: String) -> Record {
        var detail = JSONWriter()
        detail.raw("{\"new\":")
        detail.string(new)
        if let old {
            detail.raw(",\"was\":")
            detail.string(old)
        }
        detail.raw("}")
        return Record(kind: .system, action: "policy.activate", detail: detail.bytes)
    }

    private static func refusal(of reason: String, inForce digest: String) -> Record {
        var detail = JSONWriter()
        detail.raw("{\"in_force\":")
        detail.string(digest)
        detail.raw("}")
        return Record(
            kind: .system, action: "policy.refuse",
            reason: String(reason.prefix(PolicyLimits.reasonCharactersMax)), detail: detail.bytes)
    }
}
