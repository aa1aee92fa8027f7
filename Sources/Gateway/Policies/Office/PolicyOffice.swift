internal import Audit
internal import Logging
internal import NIOConcurrencyHelpers
internal import Policy

/// The one place where the policy in force changes: by the files, by the API, by going back, by break-glass.
///
/// One change at a time. Each is checked, kept in the archive, recorded, remembered, and only then in force, by one swap of the
/// snapshot that requests take; whatever fails before leaves the last good policy in force.
actor PolicyOffice {
    nonisolated let holder: PolicyHolder
    nonisolated let archive: PolicyArchive
    nonisolated let keeper: PolicyGatekeeper
    let journal: Journal
    let stateFile: StateFile
    let metrics: GatewayMetrics
    let logger: Logger
    let clock: @Sendable () -> Int64
    var state: PolicyState
    /// Readiness and status read these from other threads.
    private nonisolated let shown: NIOLockedValueBox<PolicyNotices>
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(
        opened: OpenedPolicy, archive: PolicyArchive, keeper: PolicyGatekeeper, journal: Journal,
        metrics: GatewayMetrics, logger: Logger, clock: @escaping @Sendable () -> Int64
    ) {
        holder = opened.holder
        state = opened.state
        stateFile = opened.stateFile
        shown = NIOLockedValueBox(PolicyNotices(stale: opened.stale, state: opened.state))
        self.archive = archive
        self.keeper = keeper
        self.journal = journal
        self.metrics = metrics
        self.logger = logger
        self.clock = clock
    }

    /// What people should know now.
    nonisolated var notices: PolicyNotices { shown.withLockedValue { $0 } }

    /// Runs one change while no other runs; changes wait in their order.
    func alone<Value: Sendable>(_ body: () async -> Value) async -> Value {
        if isBusy {
            await withCheckedContinuation { waiting.append($0) }
        }
        isBusy = true
        let value = await body()
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
        return value
    }

    /// Proposes a policy.
    func propose(
        _ proposal: PolicyProposal, by author: PolicyAuthor
    ) async -> PolicyChangeResult {
        await alone { await self.consider(proposal, by: author) }
    }

    /// Approves what waits.
    func approve(_ digest: String, by author: PolicyAuthor) async -> PolicyChangeResult {
        await alone { await self.countApproval(of: digest, by: author) }
    }

    private func consider(
        _ proposal: PolicyProposal, by author: PolicyAuthor
    ) async -> PolicyChangeResult {
        let policy: ArchivedPolicy
        do throws(PolicyToolError) {
            policy = try await keeper.admit(
                proposal, inForce: baseDigest, logSize: journal.treeSize)
            try archive.keep(policy.policy, sources: policy.sources)
        } catch {
            return await refuse(error.description, proposal.origin)
        }
        let digest = policy.policy.digest
        if digest == baseDigest {
            if proposal.origin == .file { settled(files: digest) }
            return .unchanged(digest: digest)
        }
        if proposal.origin == .file, state.active?.files == digest {
            logger.notice("the policy's files did not change since they were overruled")
            return .unchanged(digest: baseDigest)
        }
        let needed = keeper.gates.approvals
        guard needed > 1 else {
            return await activate(
                policy.policy, by: author, origin: proposal.origin.rawValue,
                files: proposal.origin == .file ? digest : nil)
        }
        if let pending = state.pending, pending.digest == digest, proposal.origin != .file {
            return await countApproval(of: digest, by: author)
        }
        if state.pending?.digest == digest { return waitingResult() }
        let pending = PolicyState.Pending(
            digest: digest, origin: proposal.origin.rawValue,
            files: proposal.origin == .file ? digest : nil,
            approvals: proposal.origin == .file ? [] : [author.id])
        return await keepWaiting(pending)
    }

    private func countApproval(
        of digest: String, by author: PolicyAuthor
    ) async -> PolicyChangeResult {
        guard var pending = state.pending, pending.digest == digest else {
            return .refused(["no policy \(quote(digest)) waits for approval"])
        }
        if !pending.approvals.contains(author.id) { pending.approvals.append(author.id) }
        guard pending.approvals.count >= keeper.gates.approvals else {
            return await keepWaiting(pending)
        }
        do throws(PolicyToolError) {
            let policy = try archive.load(digest).policy
            return await activate(
                policy, by: PolicyAuthor(id: pending.approvals.joined(separator: ", ")),
                origin: pending.origin, files: pending.files)
        } catch {
            return .refused([error.description])
        }
    }

    private func keepWaiting(_ pending: PolicyState.Pending) async -> PolicyChangeResult {
        do {
            _ = try await journal.record(
                PolicyRecords.pending(pending, needed: keeper.gates.approvals))
        } catch {
            return .unrecorded("\(error)")
        }
        state.pending = pending
        remember()
        logger.notice("policy \(pending.digest) waits for approval")
        return waitingResult()
    }

    private func waitingResult() -> PolicyChangeResult {
        .pending(
            digest: state.pending?.digest ?? "", approvedBy: state.pending?.approvals ?? [],
            needed: keeper.gates.approvals)
    }

    /// Puts a checked and kept policy into force; during break-glass it waits for its end.
    private func activate(
        _ policy: CompiledPolicy, by author: PolicyAuthor, origin: String, files: String?
    ) async -> PolicyChangeResult {
        let was = baseDigest
        do {
            _ = try await journal.record(
                PolicyRecords.activation(
                    old: was, new: policy.digest, by: author, origin: origin))
        } catch {
            logger.error("policy change waits until it can be recorded: \(error)")
            return .unrecorded("\(error)")
        }
        // Files that were overruled stay as they are until they are changed again.
        let overruled = state.active?.files
        state.active = PolicyState.Active(
            digest: policy.digest, files: files ?? overruled, by: author.id)
        state.pending = nil
        if files != nil || origin != "file" { shown.withLockedValue { $0.stale = nil } }
        remember()
        metrics.policyReloads.add()
        logger.notice(
            "policy loaded", metadata: ["digest": "\(policy.digest)", "was": "\(was)"])
        if let glass = state.breakGlass {
            return .deferred(digest: policy.digest, until: glass.ends)
        }
        holder.activate(policy)
        return .activated(digest: policy.digest, was: was)
    }

    func refuse(
        _ reason: String, _ origin: PolicyProposal.Origin
    ) async -> PolicyChangeResult {
        metrics.policyReloadsRefused.add()
        logger.error("policy not loaded, the last good one stays in force:\n\(reason)")
        let isNew = origin != .file || shown.withLockedValue { $0.stale } != reason
        if origin == .file { shown.withLockedValue { $0.stale = reason } }
        if isNew {
            do {
                _ = try await journal.record(
                    PolicyRecords.refusal(
                        of: reason, inForce: holder.current.policy.digest,
                        origin: origin.rawValue))
            } catch {
                logger.error("policy refusal not recorded: \(error)")
            }
        }
        return .refused(reason.split(separator: "\n").map(String.init))
    }

    /// The policy in force, or the one that will be when break-glass ends.
    var baseDigest: String { state.active?.digest ?? holder.current.policy.digest }

    /// The files come to what is in force.
    private func settled(files digest: String) {
        shown.withLockedValue { $0.stale = nil }
        logger.notice("policy loaded", metadata: ["digest": "\(digest)", "was": "\(digest)"])
        metrics.policyReloads.add()
        if state.active?.files == digest, state.pending == nil { return }
        state.active?.files = digest
        state.pending = nil
        remember()
    }

    /// Keeps the state over a restart; a failure is told and changes nothing that is in force.
    func remember() {
        shown.withLockedValue { $0.state = state }
        do throws(PolicyToolError) {
            try state.write(stateFile)
        } catch {
            logger.error("policy state not stored: \(error)")
        }
    }
}

/// What people should know of the policy: in readiness, status and metrics.
struct PolicyNotices: Sendable {
    /// Why the newest policy files are not in force; nil when they are.
    var stale: String?
    var state: PolicyState

    /// A line for each thing; none of them makes the gateway unready.
    var lines: [String] {
        var lines: [String] = []
        if let stale {
            let first = stale.split(separator: "\n").first.map(String.init) ?? ""
            lines.append("policy_stale: the last good policy is in force: \(first)")
        }
        if let pending = state.pending {
            lines.append("policy_pending: \(pending.digest) waits for approval")
        }
        if let glass = state.breakGlass {
            lines.append(
                "policy_break_glass: until \(TimeText.rfc3339(nanoseconds: glass.ends)) by "
                    + "\(glass.by): \(glass.reason)")
        }
        return lines
    }
}
