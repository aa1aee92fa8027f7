public import Audit
import NIOConcurrencyHelpers
import Policy
import StrictJSON

/// What the log says was tainted and revoked, so that an older folder brings nothing of it back.
struct AuthorityReplay: Sendable {
    /// Intents whose outcome has not come yet.
    var waiting: [UInt64: AuthorityStep] = [:]
    /// What was done, in order.
    var done: [AuthorityStep] = []
}

extension AuthorityOffice {
    /// Takes a record of the log at the start, in order.
    public func replay(_ record: ReplayedRecord) {
        tally.replay(record)
        adoption.replay(record)
        listNumbers.replay(record) { ledger.authority($0) != nil }
        switch record.kind {
        case .intent:
            guard let step = AuthorityStep(record) else { return }
            replayed.withLockedValue { $0.waiting[record.sequence] = step }
        case .outcome:
            replayed.withLockedValue { replayed in
                guard !replayed.waiting.isEmpty, let intent = record.intent,
                    let step = replayed.waiting.removeValue(forKey: intent), record.isDone
                else { return }
                replayed.done.append(step)
            }
        case .decision, .system, .aggregate, nil: return
        }
    }

    /// The next step that brings the folder up to the log; nil where it is.
    ///
    /// An authority that signs is replaced before. What has no outcome is done where that is possible: whoever asked may have been told
    /// that it was done.
    public var restoration: AuthorityStep? {
        let (done, waiting) = replayed.withLockedValue { replayed in
            (replayed.done, replayed.waiting.sorted { $0.key < $1.key }.map(\.value))
        }
        let ledger = ledger
        for step in done {
            if let next = ledger.next(to: step) { return next }
        }
        return waiting.first { ledger.next(to: $0) == $0 }
    }

    /// What came of a step that the log has no outcome of.
    public func closing(of intent: OpenIntent) -> (word: String, status: UInt16?) {
        if ledger.steps.contains(intent.sequence) {
            return ("done, the ledger of authorities holds it", 200)
        }
        let waiting = replayed.withLockedValue { $0.waiting[intent.sequence] }
        if let waiting, ledger.next(to: waiting) == waiting { return ("redone", 200) }
        return ("not done, the ledger of authorities does not hold it", 500)
    }
}

extension AuthorityLedger {
    /// The next step on the way to the state that a step leads to; nil where it is there, or there is no such authority.
    fileprivate func next(to step: AuthorityStep) -> AuthorityStep? {
        guard let keyID = step.resource.id, let authority = authority(keyID) else { return nil }
        return switch authority.stage {
        case .prepared: .activate
        case .active: .rotate
        case .old: step
        case .tainted: step == .revoke(keyID) ? step : nil
        case .revoked: nil
        }
    }
}

extension AuthorityStep {
    /// The taint or revocation that an intent is; nil for all else.
    fileprivate init?(_ record: ReplayedRecord) {
        guard record.action.hasPrefix("ca."), let keyID = record.resource?.id,
            let detail = record.detail.flatMap({ try? StrictJSON.parse($0) })
        else { return nil }
        switch detail["step"]?.string {
        case "taint" where record.action == Action.caTaint.name: self = .taint(keyID)
        case "revoke",
            "compromise" where record.action == Action.caRevoke.name:
            self = .revoke(keyID)
        default: return nil
        }
    }
}

extension ReplayedRecord {
    /// Whether an outcome says that the step was taken, whatever else became of its request.
    fileprivate var isDone: Bool {
        if let status, status < 400 { return true }
        return detail.flatMap { try? StrictJSON.parse($0) }?["done"] == .bool(true)
    }
}
