public import Audit
internal import NIOConcurrencyHelpers
internal import Policy
internal import StrictJSON

/// What the log says of sessions, to be held against a store that may be older: put back from a copy, or cut off by a crash.
extension SessionRing {
    /// What the record of sessions is called that their provider does not vouch for any more.
    package static let endAction = "session.end"

    /// The ids of sessions that are to end, as the detail of a record.
    public static func detail(ending ids: [String]) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"sessions\":")
        writer.strings(ids)
        writer.raw("}")
        return writer.bytes
    }

    /// Takes a record of the log at the start, in order.
    ///
    /// A session has ended from the intent of its end on, whatever came of it then. One whose outcome says that it was not made was not:
    /// a disk that fails may have kept what it said it had not.
    public func replay(_ record: ReplayedRecord) {
        let ended: [Entry]
        switch record.kind {
        case .intent where record.action == TokenRevocation.action:
            guard let detail = record.detail.flatMap({ try? StrictJSON.parse($0) }),
                case .array(let ids)? = detail["sessions"]
            else { return }
            ended = ids.compactMap { $0.string.flatMap { find($0) } }
        case .system where record.action == Self.endAction:
            guard let detail = record.detail.flatMap({ try? StrictJSON.parse($0) }),
                case .array(let ids)? = detail["sessions"]
            else { return }
            ended = ids.compactMap { $0.string.flatMap { find($0) } }
        case .outcome where record.action == Action.sessionCreate.name:
            guard let intent = record.intent, record.status ?? 0 >= 400,
                let id = state.withLockedValue({ $0.madeBy[intent] })
            else { return }
            ended = find(id).map { [$0] } ?? []
        default: return
        }
        state.withLockedValue { $0.unwritten.formUnion(ended.map(\.hash)) }
        forget(ended)
    }

    /// Brings the store up to the log: no copy that is put back makes a session good again.
    ///
    /// - Returns: How many sessions ended.
    /// - Throws: ``AuthError/store(_:)``.
    @discardableResult
    public func finishReplay() throws(AuthError) -> Int {
        let hashes = state.withLockedValue { state in
            state.madeBy = [:]
            return Array(state.unwritten)
        }
        guard !hashes.isEmpty else { return 0 }
        try store.changeNow(ended: hashes)
        state.withLockedValue { $0.unwritten = [] }
        return hashes.count
    }

    /// What came of an intent to open a session that the log has no outcome of; asked after ``finishReplay()``.
    public func closing(of intent: OpenIntent) -> (word: String, status: UInt16?) {
        let session = intent.resource?.id.flatMap { find($0) }?.session
        return session?.createdSequence == intent.sequence
            ? ("done, the store of sessions holds it", 201)
            : ("not done, the store of sessions does not hold it", 500)
    }
}
