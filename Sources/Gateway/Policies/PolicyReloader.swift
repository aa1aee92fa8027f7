internal import Audit
internal import Logging
internal import NIOConcurrencyHelpers
internal import Policy
internal import ServiceLifecycle
internal import StrictJSON
internal import Text
internal import Time

/// Puts a changed policy into force, or keeps the last good one and says why.
///
/// Looks once a second whether a file changed, and at once when told to (SIGHUP); `PolicySettling` knows when what changed is
/// whole. The record of the change is on disk before the new policy decides anything.
final class PolicyReloader: Service {
    private let files: PolicySourceFiles
    private let holder: PolicyHolder
    private let journal: Journal
    private let metrics: GatewayMetrics
    private let logger: Logger
    private let clocks: Clocks
    private let ticker: any Ticker
    private let notices = FolderNotices()
    private let state: NIOLockedValueBox<State>

    private struct State {
        var settling: PolicySettling
        var isDue = false
    }

    /// Watches the files of the policy in force, which was read under `stamp`.
    init(
        files: PolicySourceFiles, stamp: PolicyStamp, holder: PolicyHolder, journal: Journal,
        metrics: GatewayMetrics, logger: Logger, clocks: Clocks,
        ticker: any Ticker
    ) {
        self.files = files
        self.holder = holder
        self.journal = journal
        self.metrics = metrics
        self.logger = logger
        self.clocks = clocks
        self.ticker = ticker
        state = NIOLockedValueBox(State(settling: PolicySettling(stamp)))
        // From now on it is known what is moved into place.
        _ = moved()
        if !notices.isAvailable {
            logger.warning(
                "the kernel has no notices left (fs.inotify.max_user_instances): a changed policy counts once it kept still for \(PolicyLimits.quietNanoseconds / 1_000_000_000) s"
            )
        }
    }

    /// Asks for a reload at the next look, whether or not a file changed.
    func requestReload() {
        state.withLockedValue { $0.isDue = true }
    }

    func run() async {
        await ticker.run(.policy, look)
    }

    /// Reloads if a file changed and is whole, or a reload was asked for.
    func look() async {
        let stamp = files.stamp()
        let moved = moved()
        let now = clocks.elapsed()
        let isReadable = state.withLockedValue { state in
            let isChanged = state.settling.settled != stamp
            let isWhole = state.settling.look(stamp, moved: moved, elapsedNanoseconds: now)
            return isWhole && (isChanged || state.isDue)
        }
        guard isReadable else { return }
        let result = Result { () throws(PolicyFault) in try files.load() }
        // Whoever changed a file while it was read is not done with it.
        guard files.stamp() == stamp else { return }
        state.withLockedValue { state in
            state.settling.settle(stamp)
            state.isDue = false
        }
        notices.settle()
        switch result {
        case .success(let policy): await replace(with: policy)
        case .failure(let fault): await refuse(fault)
        }
    }

    private func moved() -> Set<ExactText> {
        files.folder.map { notices.moved(in: $0) } ?? []
    }

    private func replace(with policy: CompiledPolicy) async {
        let old = holder.current.policy
        if policy.digest != old.digest {
            do {
                _ = try await journal.record(
                    Self.activation(old: old.digest, new: policy.digest))
            } catch {
                logger.error("policy change waits until it can be recorded: \(error)")
                return requestReload()
            }
            if let loss = PolicyShrinkage(from: old, to: policy) { logger.warning("\(loss)") }
            holder.activate(policy)
            holder.standing = PolicyStanding(sinceNanoseconds: clocks.wall())
        } else {
            holder.standing.fault = nil
        }
        metrics.policyReloads.add()
        if let note = policy.namespaceNote { logger.notice("\(note)") }
        logger.notice(
            "policy loaded", metadata: ["digest": "\(policy.digest)", "was": "\(old.digest)"])
    }

    private func refuse(_ fault: PolicyFault) async {
        let before = holder.standing.fault
        holder.standing.fault = PolicyStanding.Fault(
            file: fault.file, reason: fault.description,
            sinceNanoseconds: before?.sinceNanoseconds ?? clocks.wall())
        metrics.policyReloadsRefused.add()
        logger.error("policy not loaded, the last good one stays in force:\n\(fault)")
        guard before?.reason != fault.description else { return }
        let old = holder.current.policy.digest
        do {
            _ = try await journal.record(Self.refusal(of: fault.description, inForce: old))
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
