package import Audit
internal import NIOConcurrencyHelpers
package import PKI
internal import Policy
internal import StrictJSON

/// What the log says of keys that were retired, to be held against a file that may be older: put back from a copy, or left by a crash.
struct TokenKeyReplay {
    /// Those of the file that the log says are retired.
    fileprivate var names: Set<String> = []
    /// Intents whose outcome has not come yet.
    fileprivate var open: Set<UInt64> = []

    private static let member = "token_keys"

    /// The detail of the records that retire keys.
    static func detail(retiring names: [String], signs: String? = nil) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"token_keys\":")
        writer.strings(names)
        if let signs {
            writer.raw(",\"signs\":")
            writer.string(signs)
        }
        writer.raw("}")
        return writer.bytes
    }

    /// Takes a record of the log; a key is retired from the intent of its end on, whatever came of it then.
    fileprivate mutating func take(_ record: ReplayedRecord, _ keys: SigningKeys) {
        guard record.action == Action.caRevoke.name else { return }
        switch record.kind {
        case .intent, .outcome:
            if let intent = record.intent { open.remove(intent) }
            guard let detail = record.detail.flatMap({ try? StrictJSON.parse($0) }),
                case .array(let list)? = detail[Self.member]
            else { return }
            if record.kind == .intent { open.insert(record.sequence) }
            let retired = list.compactMap(\.string)
            names.formUnion(keys.names.filter { retired.contains($0) })
        case .decision, .system, .aggregate, nil: return
        }
    }
}

extension SigningKeyRing {
    /// The action of the records that say which keys are in force.
    package static let action = "token_key.activate"

    /// Takes a record of the log at the start, in order.
    package func replay(_ record: ReplayedRecord) {
        state.withLockedValue { state in
            if record.kind == .system, record.action == Self.action {
                state.recorded = record.detail
            } else {
                state.replay.take(record, state.keys)
            }
        }
    }

    /// Brings the file up to the log: no copy that is put back makes a token of a retired key good again.
    ///
    /// - Returns: How many keys were retired again.
    /// - Throws: `PKIError` where the file can't be written.
    package func finishReplay(nowNanoseconds now: Int64) throws(PKIError) -> Int {
        let names = state.withLockedValue { Array($0.replay.names) }
        return names.isEmpty ? 0 : try retire(names, nowNanoseconds: now).count
    }

    /// What came of an intent to retire keys that the log has no outcome of; nil for other intents.
    package func closing(of intent: OpenIntent) -> (word: String, status: UInt16?)? {
        state.withLockedValue { $0.replay.open.contains(intent.sequence) } ? ("redone", 200) : nil
    }
}
