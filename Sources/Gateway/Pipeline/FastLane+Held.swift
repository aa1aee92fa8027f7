internal import Audit

/// An answer that leaves once the record of its operation's outcome is on disk.
final class HeldAnswer {
    let answer: Answer
    /// The receipt of the operation's intent.
    let text: ReceiptText
    private let outcome: Record

    init(_ answer: Answer, _ text: ReceiptText, _ outcome: Record) {
        self.answer = answer
        self.text = text
        self.outcome = outcome
    }

    /// The outcome where it could not be recorded in time, so that nobody got the answer.
    func unreleased(_ problem: Problem) -> Record {
        var record = outcome
        record.status = problem.status
        record.reason = "\(problem.code): what was made was not handed out"
        return record
    }
}

extension FastLane {
    /// Lets an answer wait for its outcome's record, where it hands out what is good only by that.
    ///
    /// - Returns: Whether it waits.
    func hold(
        _ answer: Result<Answer, Problem>, until outcome: borrowing Record,
        _ report: OutcomeReport, _ text: ReceiptText, _ reply: Reply
    ) -> Bool {
        guard report.holdsAnswer, case .success(let answer) = answer else { return false }
        submit(outcome, .answer(HeldAnswer(answer, text, copy outcome)), reply)
        return true
    }
}
