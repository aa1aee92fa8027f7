public import Audit
internal import NIOConcurrencyHelpers
internal import StrictJSON

/// What the log says was done to keys, to be held against a store that may be older: put back from a copy, or cut off by a crash.
final class APIKeyReplay: Sendable {
    fileprivate enum Step {
        case revoke(String, nanoseconds: Int64)
        case rotate(String, Rotation)
        case create(String)
    }

    /// A new secret that a key was given.
    struct Rotation: Sendable {
        let sequence: UInt64
        /// When the secrets before it ended.
        let endsNanoseconds: Int64
    }

    /// What is known at the log's end.
    struct Known: Sendable {
        var revoked: [String: Int64] = [:]
        var rotated: [String: Rotation] = [:]
        /// Those that were not made, by the records that say so: a disk that fails may have kept what it said it had not.
        var unmade: [String: UInt64] = [:]
    }

    private struct State {
        var waiting: [UInt64: Step] = [:]
        var known = Known()
    }

    private let state = NIOLockedValueBox(State())

    /// Takes the next record of the log.
    func take(_ record: ReplayedRecord) {
        switch record.kind {
        case .intent:
            guard let step = Self.step(record) else { return }
            state.withLockedValue { $0.waiting[record.sequence] = step }
        case .outcome:
            state.withLockedValue { state in
                guard !state.waiting.isEmpty, let intent = record.intent,
                    let step = state.waiting.removeValue(forKey: intent)
                else { return }
                state.known.note(step, by: intent, status: record.status)
            }
        case .decision, .system, .aggregate, nil: return
        }
    }

    /// What was done; a revocation without an outcome is done now.
    func finish() -> Known {
        state.withLockedValue { state in
            for (intent, step) in state.waiting {
                if case .revoke = step { state.known.note(step, by: intent, status: nil) }
            }
            defer { state = State() }
            return state.known
        }
    }

    private static func step(_ record: ReplayedRecord) -> Step? {
        let action = record.action
        guard action.utf8.starts(with: "key.".utf8), let id = record.resource?.id else {
            return nil
        }
        let now = record.nowNanoseconds ?? 0
        switch action {
        case "key.create": return .create(id)
        case "key.revoke": return .revoke(id, nanoseconds: now)
        case "key.rotate":
            let detail = record.detail.flatMap { try? StrictJSON.parse($0) }
            let grace = detail?["grace_seconds"]?.integer ?? 0
            let length = grace.multipliedReportingOverflow(by: 1_000_000_000).partialValue
            let rotation = Rotation(
                sequence: record.sequence,
                endsNanoseconds: now.addingReportingOverflow(max(0, length)).partialValue)
            return .rotate(id, rotation)
        default: return nil
        }
    }
}

extension APIKeyReplay.Known {
    /// A revocation whose outcome is a failure of ours was begun all the same; one that was refused was not.
    fileprivate mutating func note(
        _ step: APIKeyReplay.Step, by intent: UInt64, status: UInt16?
    ) {
        switch step {
        case .create(let id): if let status, status >= 400 { unmade[id] = intent }
        case .revoke(let id, let nanoseconds):
            if let status, (400..<500).contains(status) { return }
            revoked[id] = min(revoked[id] ?? .max, nanoseconds)
        case .rotate(let id, let rotation):
            guard let status, status < 400 else { return }
            rotated[id] = rotation
        }
    }
}

extension APIKeyRing {
    /// Takes a record of the log at the start, in order.
    public func replay(_ record: ReplayedRecord) { replay.take(record) }

    /// Brings the store up to the log: no copy that is put back makes a revoked key or a rotated secret good again.
    ///
    /// - Returns: How many keys were brought up.
    /// - Throws: ``AuthError/store(_:)``.
    @discardableResult
    public func finishReplay() throws(AuthError) -> Int {
        let known = replay.finish()
        var changed: [String: APIKey] = [:]
        for (id, time) in known.revoked {
            guard var key = find(id), key.revokedNanoseconds == nil else { continue }
            key.revokedNanoseconds = time
            changed[id] = key
        }
        for (id, rotation) in known.rotated {
            guard var key = changed[id] ?? find(id), key.rotatedSequence ?? 0 < rotation.sequence
            else { continue }
            for index in key.secrets.indices {
                let end = key.secrets[index].endsNanoseconds ?? .max
                key.secrets[index].endsNanoseconds = min(end, rotation.endsNanoseconds)
            }
            key.rotatedSequence = rotation.sequence
            changed[id] = key
        }
        let unmade = known.unmade.filter { find($0.key)?.createdSequence == $0.value }.map(\.key)
        guard !changed.isEmpty || !unmade.isEmpty else { return 0 }
        try store.changeNow(Array(changed.values), forgotten: unmade)
        for key in changed.values { keep(key) }
        forget(unmade)
        return changed.count + unmade.count
    }

    /// What came of an intent on a key that the log has no outcome of; asked after ``finishReplay()``.
    public func closing(of intent: OpenIntent) -> (word: String, status: UInt16?) {
        let key = intent.resource?.id.flatMap { find($0) }
        switch intent.action {
        case "key.revoke":
            return key == nil
                ? ("redone, and there was no such key", 404) : ("redone", 204)
        case "key.create" where key?.createdSequence == intent.sequence:
            return ("done, the store of keys holds it", 201)
        case "key.rotate" where key?.rotatedSequence == intent.sequence:
            return ("done, the store of keys holds it", 200)
        default:
            return ("not done, the store of keys does not hold it", 500)
        }
    }
}
