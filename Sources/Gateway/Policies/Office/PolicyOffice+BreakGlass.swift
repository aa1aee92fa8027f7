internal import Audit
internal import Logging
internal import Policy

extension PolicyOffice {
    /// Puts the pre-declared break-glass policy into force for some minutes.
    func breakGlass(minutes: Int, by author: PolicyAuthor) async -> PolicyChangeResult {
        await alone { await self.begin(minutes, author) }
    }

    /// Ends the break-glass time before it is over.
    func endBreakGlass(by author: PolicyAuthor) async -> PolicyChangeResult {
        await alone { await self.end(why: "ended by \(author.id)") }
    }

    /// Ends the break-glass time when it is over.
    func tick() async {
        guard let glass = state.breakGlass, glass.isOver(clock()) else { return }
        _ = await alone { await self.end(why: "the time is over") }
    }

    private func begin(_ minutes: Int, _ author: PolicyAuthor) async -> PolicyChangeResult {
        let settings = keeper.gates.breakGlass
        guard let path = settings.policyPath else {
            return .refused(["no break-glass policy is configured (break_glass.policy)"])
        }
        guard (1...settings.minutesMax).contains(minutes) else {
            return .refused(["break-glass is for 1 to \(settings.minutesMax) minutes"])
        }
        guard let reason = author.reason, reason.contains(where: { !$0.isWhitespace }) else {
            return .refused(["break-glass needs a reason"])
        }
        if state.breakGlass != nil { return .refused(["break-glass is in force already"]) }
        let policy: ArchivedPolicy
        do throws(PolicyToolError) {
            let sources = try PolicySource.proposal(path)
            policy = try PolicyGatekeeper.checked(sources, keeper.files, keeper.gates)
            try archive.keep(policy.policy, sources: policy.sources)
        } catch {
            return .refused(["the break-glass policy: \(error)"])
        }
        let now = clock()
        let glass = PolicyState.BreakGlass(
            digest: policy.policy.digest, by: author.id, reason: reason, started: now,
            ends: now + Int64(minutes) * 60_000_000_000)
        let was = baseDigest
        do {
            _ = try await journal.record(PolicyRecords.breakGlass(glass, was: was))
        } catch {
            return .unrecorded("\(error)")
        }
        state.breakGlass = glass
        remember()
        holder.activate(policy.policy)
        logger.critical("BREAK-GLASS by \(author.id) for \(minutes) minutes: \(reason)")
        return .activated(digest: glass.digest, was: was)
    }

    private func end(why: String) async -> PolicyChangeResult {
        guard let glass = state.breakGlass else {
            return .refused(["break-glass is not in force"])
        }
        let base: CompiledPolicy
        do throws(PolicyToolError) {
            base = try archive.load(baseDigest).policy
        } catch {
            logger.critical("break-glass can't end, the policy before it is lost: \(error)")
            return .refused([error.description])
        }
        do {
            _ = try await journal.record(
                PolicyRecords.breakGlassEnd(glass, new: base.digest, why: why))
        } catch {
            // The time is over all the same: an unwritable log must not keep the glass broken.
            logger.error("the end of break-glass is not recorded: \(error)")
        }
        state.breakGlass = nil
        remember()
        holder.activate(base)
        logger.notice("break-glass is over: \(why)")
        return .activated(digest: base.digest, was: glass.digest)
    }
}

extension PolicySource {
    /// A policy's files with the signatures that lie beside them, as `policy.yaml.sig`.
    static func proposal(
        _ path: String?
    ) throws(PolicyToolError) -> PolicyProposal {
        guard let path else {
            return PolicyProposal(sources: [.shipped], signatures: [nil], origin: .file)
        }
        let sources: [PolicySource]
        do throws(PolicyErrors) {
            sources = try PolicySource.read(path: path)
        } catch {
            throw .refused(error.description.split(separator: "\n").map(String.init))
        }
        var signatures: [[UInt8]?] = []
        for source in sources {
            signatures.append(try StateFile(path: source.name + ".sig").read(max: 64 << 10))
        }
        return PolicyProposal(sources: sources, signatures: signatures, origin: .file)
    }
}
