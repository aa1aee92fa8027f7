internal import Audit
internal import Logging
internal import Policy

/// The policy that a gateway starts with, and what it remembers of those before.
struct OpenedPolicy {
    let holder: PolicyHolder
    let state: PolicyState
    let stateFile: StateFile
    /// Why the files are not in force; nil when they are.
    let stale: String?
    /// Whether the files are to be proposed once the gateway runs.
    let isFileDue: Bool
    /// What the log has to say of the start besides.
    let records: [Record]
}

/// Decides which policy a gateway starts with.
///
/// The files, when they are good and no gate stands before a change of them; else the policy that was last in force. Break-glass that
/// has time left goes on; whose time ran out while the gateway was down ends at once.
struct PolicyOpening {
    let files: PolicySourceFiles
    let gates: GatewayConfiguration.PolicyGates
    let archive: PolicyArchive
    let stateFile: StateFile
    let logger: Logger

    /// - Throws: `PolicyToolError` when there is neither a good file nor a kept policy.
    func open(nowNanoseconds now: Int64) throws(PolicyToolError) -> OpenedPolicy {
        var state = try PolicyState.read(stateFile)
        let (base, stale, isDue) = try base(&state)
        try archive.keep(base.policy, sources: base.sources)
        var inForce = base.policy
        var records: [Record] = []
        if let glass = state.breakGlass {
            let kept = glass.isOver(now) ? nil : try? archive.load(glass.digest).policy
            if let kept {
                inForce = kept
                logger.critical("BREAK-GLASS is still in force: \(glass.reason)")
            } else {
                state.breakGlass = nil
                records.append(
                    PolicyRecords.breakGlassEnd(
                        glass, new: base.policy.digest,
                        why: "the time was over when the gateway started"))
            }
        }
        records.append(PolicyRecords.activation(old: nil, new: inForce.digest))
        try state.write(stateFile)
        return OpenedPolicy(
            holder: PolicyHolder(inForce), state: state, stateFile: stateFile, stale: stale,
            isFileDue: isDue, records: records)
    }

    private func base(
        _ state: inout PolicyState
    ) throws(PolicyToolError) -> (policy: ArchivedPolicy, stale: String?, isDue: Bool) {
        let loaded: ArchivedPolicy
        do throws(PolicyToolError) {
            let proposal = try PolicySource.proposal(files.path)
            loaded = try PolicyGatekeeper.checked(proposal, files, gates)
        } catch {
            // Only the policy that was in force may stand in for files that are not good.
            guard let active = state.active, let kept = try? archive.load(active.digest) else {
                throw error
            }
            logger.error("policy not loaded, the last good one is in force:\n\(error)")
            return (kept, error.description, false)
        }
        let digest = loaded.policy.digest
        if let active = state.active, active.digest != digest {
            let isOverruled = active.files == digest
            if isOverruled || gates.isGuarded, let kept = try? archive.load(active.digest) {
                return (kept, nil, !isOverruled)
            }
        }
        // A wish made by the API outlives a restart; files that changed, or changed back, are a newer wish.
        if state.active?.digest != digest || state.pending?.files != nil { state.pending = nil }
        state.active = PolicyState.Active(digest: digest, files: digest, by: PolicyAuthor.file.id)
        return (loaded, nil, false)
    }
}
