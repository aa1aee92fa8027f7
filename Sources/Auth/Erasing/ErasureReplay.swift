public import Audit
internal import NIOConcurrencyHelpers
internal import Policy
internal import StrictJSON

/// What the log says of erasures, while it is read at the start.
struct ErasureReplay: Sendable {
    /// Intents whose outcome has not come yet.
    fileprivate var waiting: [UInt64: ErasureStep] = [:]
    /// What became of those whose outcome never came.
    fileprivate var redone: [UInt64: UInt16] = [:]
    /// The pseudonyms of all who were erased, or are to be.
    fileprivate var erased: Set<String> = []
    /// What was taken from them.
    fileprivate var credentials = ErasedCredentials()
}

extension ErasureLedger {
    /// Takes a record of the log at the start, in order.
    public func replay(_ record: ReplayedRecord) {
        guard record.action == Action.auditErase.name else { return }
        switch record.kind {
        case .intent:
            guard let step = ErasureStep(record, persons) else { return }
            state.withLockedValue { $0.replayed.waiting[record.sequence] = step }
        case .outcome:
            state.withLockedValue { state in
                guard let intent = record.intent,
                    let step = state.replayed.waiting.removeValue(forKey: intent), record.isDone
                else { return }
                _ = state.take(step)
            }
        case .decision, .system, .aggregate, nil: return
        }
    }

    /// Does what was begun and has no outcome.
    ///
    /// - Returns: Who is to be erased before anything is served, and what of them is to go: who was confirmed and is known all the same, by a
    ///   crash before the end or by a copy that was put back.
    public func finishReplay(nowNanoseconds now: Int64) -> (ErasedPerson, ErasedCredentials) {
        let (pseudonyms, credentials) = state.withLockedValue { state in
            for (intent, step) in state.replayed.waiting.sorted(by: { $0.key < $1.key }) {
                state.replayed.redone[intent] = state.take(step)
            }
            state.replayed.waiting = [:]
            state.waiting = state.waiting.filter { $0.value.endsNanoseconds > now }
            defer {
                state.replayed.erased = []
                state.replayed.credentials = ErasedCredentials()
            }
            return (state.replayed.erased, state.replayed.credentials)
        }
        let person = persons.known(by: Array(pseudonyms) + persons.leaving.pseudonyms)
        return (person, credentials)
    }

    /// What came of an intent to erase that the log has no outcome of; asked after ``finishReplay(nowNanoseconds:)``.
    public func closing(of intent: OpenIntent) -> (word: String, status: UInt16?) {
        switch state.withLockedValue({ $0.replayed.redone[intent.sequence] }) {
        case .some(let status) where status < 400: ("redone", status)
        case .some(let status): ("redone, and there was no such proposal", status)
        case nil: ("not done, who proposed it can't be told any more", 500)
        }
    }
}

extension ErasureLedger.State {
    /// Does what a record says; the status that says so.
    fileprivate mutating func take(_ step: ErasureStep) -> UInt16 {
        switch step {
        case .propose(let erasure):
            waiting[erasure.id] = erasure
            return 201
        case .withdraw(let id):
            return waiting.removeValue(forKey: id) == nil ? 404 : 204
        case .confirm(let id, let pseudonyms, let credentials):
            waiting[id] = nil
            replayed.erased.formUnion(pseudonyms)
            replayed.credentials.sessions += credentials.sessions
            replayed.credentials.keys += credentials.keys
            return 200
        }
    }
}

extension ReplayedRecord {
    /// Whether an outcome says that the step was taken: one that was interrupted afterwards has another status.
    fileprivate var isDone: Bool {
        if let status, status < 400 { return true }
        return detail.flatMap { try? StrictJSON.parse($0) }?["done"] == .bool(true)
    }
}
