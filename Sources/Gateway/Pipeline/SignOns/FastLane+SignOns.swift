internal import Audit
internal import Auth
internal import NIOCore
internal import Policy
internal import Text
internal import Time

/// Calls that try to get into an account: none of them is let in as often as it likes.
extension FastLane {
    /// Takes a sign-on unless its account has failed too often from there.
    func takeSignOn(_ job: SlowJob, of account: String, _ reply: Reply) {
        let now = core.elapsed()
        let verdict = core.services.lockout.admit(
            FoldedName(account: account), from: job.asker.address?.network,
            elapsedNanoseconds: now)
        switch verdict {
        case .open: begin(job)
        case .later(let nanoseconds):
            let isTaken = core.signOns.take(job, dueNanoseconds: Span.after(now, nanoseconds))
            if !isTaken { giveUp(job, .signOnsWait) }
        case .refused(let reading):
            core.metrics.limited.add()
            let problem = Problem.signOnsFailed(reading)
            let kind = RefusalKind(
                action: job.call.action.name, gate: Gate.none.rawValue, code: problem.code,
                status: problem.status)
            core.noise.refused(kind, of: job.asker.address.map(ClientSource.init)) {
                Deciding.record(of: problem, by: job.asker, action: job.call.action.name)
            }
            refuseUnrecorded(problem, reply)
        }
    }

    /// Begins a call in the slow lane, now that it may; if its client is still there.
    func begin(_ job: SlowJob) {
        let reply = job.home.value.reply
        guard reply.target.isActive else { return end(.void, job) }
        do throws(Problem) {
            let run = try core.slowLane.take(job)
            reply.target.started(run, for: reply)
        } catch {
            giveUp(job, error)
        }
    }

    /// Answers a call that was not begun.
    func giveUp(_ job: SlowJob, _ problem: Problem) {
        end(.void, job)
        refuse(.nothing, job.home.value.reply, problem)
    }

    /// Says how an attempt ended; one that never came to a judgement is none.
    func end(_ settled: Settled, _ job: SlowJob) {
        guard job.call.account != nil else { return }
        if case .performed(let performed) = settled {
            switch performed.answer {
            case .success: return end(.succeeded, job)
            case .failure(let problem) where problem.status == 401: return end(.failed, job)
            case .failure: break
            }
        }
        end(.void, job)
    }

    private func end(_ end: Lockout.End, _ job: SlowJob) {
        guard let account = job.call.account else { return }
        core.services.lockout.end(
            end, of: FoldedName(account: account), from: job.asker.address?.network,
            elapsedNanoseconds: core.elapsed())
    }
}

extension FoldedName {
    /// An account as it was claimed; what is longer than any account's name is told apart by its beginning.
    fileprivate init(account: String) {
        self.init(
            String(decoding: account.utf8.prefix(PipelineLimits.accountBytesMax), as: UTF8.self))
    }
}

extension Problem {
    /// Too many failures of one account from one source.
    fileprivate static func signOnsFailed(_ reading: QuotaReading) -> Problem {
        let seconds = reading.waitSeconds ?? 1
        var problem = Problem(
            status: 429, code: "sign-on-delayed", title: "too many failed attempts",
            detail: "too many attempts failed from here; try again in \(seconds) s",
            retryAfterSeconds: seconds)
        problem.further.quota = reading
        return problem
    }

    /// Too many attempts wait already for what others did to their accounts.
    fileprivate static let signOnsWait = Problem(
        status: 503, code: "overloaded", title: "overloaded",
        detail: "too many attempts to sign on wait already", retryAfterSeconds: 5)
}
