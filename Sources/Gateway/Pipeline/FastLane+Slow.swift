internal import NIOCore

/// The event loop's side of the slow lane.
extension FastLane {
    /// Hands a call to the slow lane.
    @inline(never)
    func takeSlowly(_ call: any SlowCall, by asker: Asker, _ reply: Reply) {
        let home = NIOLoopBound(SlowHome(lane: self, reply: reply), eventLoop: eventLoop)
        let job = SlowJob(
            call: call, asker: asker,
            owners: reply.target.certificateOwners + asker.standing.certificateOwners, home: home)
        if let account = call.account { return takeSignOn(job, of: account, reply) }
        begin(job)
    }

    /// Answers a call that was interrupted; its operation may go on for a while.
    func answer(_ run: SlowRun, _ problem: Problem) {
        guard run.claimAnswer() else { return }
        let reply = run.job.home.value.reply
        send(reply.problems(problem, nil), run.recorded?.text ?? ReceiptText(), reply)
        flush()
    }

    /// Takes what the slow lane brings home: notes the outcome, and answers if nobody has.
    func finish(_ settled: Settled, of run: SlowRun) {
        let call = run.job.call
        let interruption = run.interruption
        endStream(of: run)
        end(settled, run.job)
        if let recorded = run.recorded,
            let report = Self.report(settled, interruption, isChange: call.isChange)
        {
            let outcome = Deciding.outcome(
                of: call, report, by: recorded.asker, intent: recorded.sequence)
            if interruption == nil, case .performed(let performed) = settled,
                hold(
                    performed.answer, until: outcome, report, recorded.text,
                    run.job.home.value.reply)
            {
                _ = run.claimAnswer()
                return
            }
            note(outcome)
        }
        if let interruption { return answer(run, interruption.problem) }
        guard run.claimAnswer() else { return }
        let reply = run.job.home.value.reply
        let text = run.recorded?.text ?? ReceiptText()
        switch settled {
        case .performed(let performed):
            switch performed.answer {
            case .success(let answer): send(answer, text, reply)
            case .failure(let problem): send(reply.problems(problem, nil), text, reply)
            }
        case .refused(let problem):
            send(reply.problems(problem, run.recorded?.sequence), text, reply)
        case .unrecorded(let problem):
            core.metrics.unavailable.add()
            send(reply.problems(problem, nil), text, reply)
        case .streamed:
            break
        case .notBegun, .givenUp:
            send(reply.problems(.stopping, nil), text, reply)
        }
        flush()
    }

    /// What the outcome record says; nil where the first record has told it all.
    private static func report(
        _ settled: Settled, _ interruption: Interruption?, isChange: Bool
    ) -> OutcomeReport? {
        switch (settled, interruption) {
        case (.streamed(let report), _):
            report
        case (.performed(let performed), nil):
            isChange || performed.report.status != 200 ? performed.report : nil
        case (.performed(let performed), .some(let interruption)):
            OutcomeReport(interruption, afterAll: performed.report)
        case (.givenUp, let interruption):
            OutcomeReport(
                interruption ?? .stopping, "did not end in time, its outcome is unknown")
        case (.notBegun, let interruption):
            OutcomeReport(interruption ?? .stopping, "was not begun")
        case (.refused, .some(let interruption)):
            OutcomeReport(interruption, "was refused")
        case (.refused, nil), (.unrecorded, _):
            nil
        }
    }
}
