internal import Atomics
internal import NIOPosix
internal import Policy
internal import StrictJSON

/// Answers what is asked of the policy; changes go through the office.
final class PolicyDesk: Sendable {
    private let office: PolicyOffice
    private let replays = ManagedAtomic<Int>(0)

    init(_ office: PolicyOffice) {
        self.office = office
    }

    func answer(
        _ request: PolicyRequest, author: String, sequence: UInt64, nowNanoseconds now: Int64
    ) async -> SlowOutcome {
        switch request {
        case .show(let digest): SlowOutcome(await show(digest))
        case .check(let sources): SlowOutcome(await check(sources))
        case .explain(let asked): SlowOutcome(await explain(asked, now))
        case .replay(let asked): SlowOutcome(await replay(asked, before: sequence))
        case .change(let change): await self.change(change, author)
        }
    }

    private func change(_ change: PolicyChangeRequest, _ author: String) async -> SlowOutcome {
        let author = PolicyAuthor(id: author, reason: change.reason)
        switch change.kind {
        case .files(let sources, let signatures):
            return PolicyAnswers.change(
                await office.propose(
                    PolicyProposal(sources: sources, signatures: signatures, origin: .api),
                    by: author))
        case .digest(let beginning):
            let archive = office.archive
            do throws(PolicyToolError) {
                let kept = try archive.load(try archive.resolve(beginning))
                let proposal = PolicyProposal(
                    sources: kept.sources, signatures: [], origin: .rollback)
                return PolicyAnswers.change(await office.propose(proposal, by: author))
            } catch {
                return SlowOutcome(.failure(PolicyAnswers.problem(error)))
            }
        case .approve(let digest):
            return PolicyAnswers.change(await office.approve(digest, by: author))
        case .breakGlass(let minutes):
            return PolicyAnswers.change(await office.breakGlass(minutes: minutes, by: author))
        case .endBreakGlass:
            return PolicyAnswers.change(await office.endBreakGlass(by: author))
        }
    }

    private func show(_ beginning: String?) async -> Result<Answer, Problem> {
        let archive = office.archive
        guard let beginning else {
            return .success(
                PolicyAnswers.state(
                    office.holder.current.policy, office.notices, kept: archive.digests()))
        }
        return await computing { () throws(PolicyToolError) in
            PolicyAnswers.kept(try archive.load(try archive.resolve(beginning)))
        }
    }

    private func check(_ sources: [PolicySource]) async -> Result<Answer, Problem> {
        let files = office.keeper.files
        return await computing { () throws(PolicyToolError) in
            PolicyAnswers.check(
                PolicyCheck.run(
                    files: sources, trustDomain: files.trustDomain,
                    runner: PolicyTestRunner(datacenter: files.datacenter)))
        }
    }

    private func explain(
        _ asked: PolicyExplainRequest, _ now: Int64
    ) async -> Result<Answer, Problem> {
        let policy = office.holder.current.policy
        switch asked {
        case .record(let sequence):
            let replay = office.keeper.replay
            return await computing { () throws(PolicyToolError) in
                let past = try replay.decision(sequence)
                let explanation = past.policy.explain(
                    past.question.principal, past.question.operation, past.question.context)
                return Answer(
                    status: 200,
                    json: ExplanationJSON.encode(
                        explanation, of: past.question, under: past.policy,
                        recorded: past.recorded))
            }
        case .question(let asking, let doing, let moment):
            let question: PolicyQuestion
            do throws(PolicyErrors) {
                question = try PolicyQuestion.parse(
                    asking: asking, doing: doing, now: moment, nowNanoseconds: now,
                    trustDomain: policy.trustDomain,
                    runner: PolicyTestRunner(datacenter: office.keeper.files.datacenter))
            } catch {
                return .failure(.malformed(error.description))
            }
            return await computing { () throws(PolicyToolError) in
                let explanation = policy.explain(
                    question.principal, question.operation, question.context)
                return Answer(
                    status: 200,
                    json: ExplanationJSON.encode(explanation, of: question, under: policy))
            }
        }
    }

    /// Replays what was recorded before the request itself.
    private func replay(
        _ asked: PolicyReplayRequest, before sequence: UInt64
    ) async -> Result<Answer, Problem> {
        let mine = replays.wrappingIncrementThenLoad(ordering: .relaxed)
        defer { replays.wrappingDecrement(ordering: .relaxed) }
        guard mine <= PolicyDeskLimits.replaysMax else {
            return .failure(
                Problem(
                    status: 503, code: "overloaded", title: "overloaded",
                    detail: "another replay is running", retryAfterSeconds: 10))
        }
        let files = office.keeper.files
        let replay = office.keeper.replay
        let last = min(asked.range.upperBound, max(sequence, 2) - 1)
        guard asked.range.lowerBound <= last else {
            return .failure(.impossible("$.from: the log has \(last) records before this request"))
        }
        return await computing { () throws(PolicyToolError) in
            var candidate: CompiledPolicy?
            if let sources = asked.candidate {
                do throws(PolicyFault) {
                    candidate = try files.compile(sources).policy
                } catch {
                    throw .refused(error.description.split(separator: "\n").map(String.init))
                }
            }
            let report = try replay.run(
                candidate: candidate, range: asked.range.lowerBound...last)
            return Answer(
                status: 200,
                json: ReplayJSON.encode(report, broken: asked.bounds.broken(by: report)))
        }
    }

    /// Computes on a thread that may be busy for seconds.
    private func computing(
        _ body: @escaping @Sendable () throws(PolicyToolError) -> Answer
    ) async -> Result<Answer, Problem> {
        do {
            return try await NIOThreadPool.singleton.runIfActive {
                do throws(PolicyToolError) {
                    return .success(try body())
                } catch {
                    return .failure(PolicyAnswers.problem(error))
                }
            }
        } catch {
            return .failure(.internalError("the gateway is stopping"))
        }
    }
}
