public import Audit
internal import NIOConcurrencyHelpers
internal import Policy
internal import StrictJSON

/// What the log says was done to locks and given roles, while it is read at the start.
struct AccessReplay: Sendable {
    enum Step: Sendable {
        case lock(Lock)
        case unlock(String)
        case give(UserRoles)
    }

    /// Intents whose outcome has not come yet.
    fileprivate var waiting: [UInt64: Step] = [:]
    /// What became of those whose outcome never came.
    fileprivate var redone: [UInt64: UInt16] = [:]
}

extension AccessLedger {
    /// What outcomes say of a change that was done, whatever else became of its request.
    public static let doneDetail = Array("{\"done\":true}".utf8)

    /// Takes a record of the log at the start, in order.
    public func replay(_ record: ReplayedRecord) {
        switch record.kind {
        case .intent:
            guard let step = step(record) else { return }
            state.withLockedValue { $0.replayed.waiting[record.sequence] = step }
        case .outcome:
            state.withLockedValue { state in
                guard !state.replayed.waiting.isEmpty, let intent = record.intent,
                    let step = state.replayed.waiting.removeValue(forKey: intent),
                    record.isDone
                else { return }
                _ = state.take(step, by: intent)
            }
        case .decision, .system, .aggregate, nil: return
        }
    }

    /// Does what was begun and has no outcome: whoever asked may have been told that it was done.
    ///
    /// - Returns: The ids of locks on persons who are erased and can't be known again: they catch nobody.
    /// - Throws: ``AuthError/store(_:)`` where what locked persons are known by can't be kept.
    public func finishReplay(nowNanoseconds now: Int64) throws(AuthError) -> [String] {
        state.withLockedValue { state in
            for (intent, step) in state.replayed.waiting.sorted(by: { $0.key < $1.key }) {
                state.replayed.redone[intent] = state.take(step, by: intent)
            }
            state.replayed.waiting = [:]
            state.locks = state.locks.filter { !$0.value.isOver(now) }
        }
        let locks = state.withLockedValue { $0.locks }
        let names = try persons.bringUp(
            lockedNames: locks.compactMapValues { lock in
                if case .user(let name)? = lock.target { LockedName(name) } else { nil }
            }, of: Set(locks.keys))
        return state.withLockedValue { state in
            for (id, lock) in state.locks where lock.target == nil {
                state.locks[id]?.name = names[id]
            }
            return state.locks.values.filter { $0.caught == nil }.map(\.id).sorted()
        }
    }

    /// What came of an intent on locks or roles that the log has no outcome of; asked after ``finishReplay(nowNanoseconds:)``.
    public func closing(of intent: OpenIntent) -> (word: String, status: UInt16?) {
        let status = state.withLockedValue { $0.replayed.redone[intent.sequence] }
        return switch status {
        case 404: ("redone, and there was no such lock", 404)
        case .some(let status): ("redone", status)
        case nil: ("not done, the person's name can't be told any more", 500)
        }
    }
}

extension AccessLedger.State {
    /// Does what a record says; the status that says so.
    fileprivate mutating func take(_ step: AccessReplay.Step, by intent: UInt64) -> UInt16 {
        switch step {
        case .lock(let lock):
            locks[lock.id] = lock
            return 201
        case .unlock(let id):
            return locks.removeValue(forKey: id) == nil ? 404 : 204
        case .give(let given):
            give(given, by: intent)
            return 200
        }
    }
}

extension ReplayedRecord {
    /// Whether an outcome says that the change was made: one that was interrupted afterwards has another status.
    fileprivate var isDone: Bool {
        if let status, status < 400 { return true }
        return detail.flatMap { try? StrictJSON.parse($0) }?["done"] == .bool(true)
    }
}
