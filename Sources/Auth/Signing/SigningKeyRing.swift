internal import NIOConcurrencyHelpers
package import PKI
internal import StrictJSON

/// The keys that our tokens are signed with, in memory as in the file.
///
/// A key is published when it is made, signs from the next change on, and stays published until its last token has ended; its private
/// half is gone once it signs no more. Whoever changes them records it first: see `KeyRotation`.
package final class SigningKeyRing: Sendable {
    struct State {
        var keys: SigningKeys
        var verifying: JSONWebKeySet
        /// When the last token ends that the current key signed in this process.
        var lastEndNanoseconds: Int64 = 0
        /// What the log says of the keys.
        var recorded: [UInt8]?
        /// Whether the file does not hold them yet.
        var isUnwritten = false
        /// Those that the log says are retired, while it is read.
        var replay = TokenKeyReplay()
    }

    /// The file.
    package var path: String { file.path }
    /// Whether the file was made when it was opened.
    package let isNew: Bool

    let file: SigningKeyFile
    let state: NIOLockedValueBox<State>
    /// Held by whoever changes the keys, file and all; event loops never wait for it.
    private let changing = NIOLockedValueBox(())

    /// Opens the keys of a folder, or makes the first ones.
    ///
    /// - Throws: `PKIError`.
    package init(
        directory: String, nowNanoseconds now: Int64, seal: SigningSeal? = nil,
        files: any DurableFiles = PosixFiles()
    ) throws(PKIError) {
        file = SigningKeyFile(path: Self.path(in: directory), files: files, seal: seal)
        let keys: SigningKeys
        if let loaded = try file.load() {
            keys = loaded
            isNew = false
        } else {
            keys = SigningKeys(nowNanoseconds: now)
            try file.store(keys)
            isNew = true
        }
        state = NIOLockedValueBox(State(keys: keys, verifying: try Self.verifying(keys)))
    }

    /// What others verify our tokens by.
    package var published: [PublishedKey] { state.withLockedValue { $0.keys.published } }

    /// Grows with each change of what is published.
    package var sequence: Int64 { state.withLockedValue { $0.keys.sequence } }

    /// What we verify them by.
    var verifying: JSONWebKeySet { state.withLockedValue { $0.verifying } }

    /// Signs claims; nil where the library can't, or the key is not on disk.
    func sign(
        type: String, claims: [UInt8], endNanoseconds: Int64
    ) -> (token: [UInt8], keyID: String)? {
        let key = state.withLockedValue { state -> SigningKey? in
            if state.isUnwritten { return nil }
            state.lastEndNanoseconds = max(state.lastEndNanoseconds, endNanoseconds)
            return state.keys.current
        }
        guard let key else { return nil }
        return key.sign(type: type, claims: claims).map { ($0, key.published.keyID) }
    }

    /// Runs a change of the keys while no other is made.
    func alone<R>(_ change: () throws(PKIError) -> R) throws(PKIError) -> R {
        let result = changing.withLockedValue { _ -> Result<R, PKIError> in
            do throws(PKIError) { return .success(try change()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    static func verifying(_ keys: SigningKeys) throws(PKIError) -> JSONWebKeySet {
        do throws(KeySetFault) {
            return try JSONWebKeySet(keys.published)
        } catch {
            throw .unusableFiles("the keys of our tokens can't be used: \(error)")
        }
    }
}

/// Changes of the keys: planned, recorded by whoever asks for them, then adopted.
extension SigningKeyRing {
    /// What the keys are to become.
    package struct Change: Sendable {
        let keys: SigningKeys
        /// The number of the keys that it was planned for.
        let base: Int64
        /// What the record of the change says.
        package var detail: [UInt8] { keys.detail }
        /// The name of the key that signs from then on.
        package var signs: String { keys.current.published.keyID }
    }

    /// When the current key began to sign, when the next one was made, and how many are retired.
    package var age: (sinceNanoseconds: Int64, nextNanoseconds: Int64, retired: Int) {
        state.withLockedValue {
            ($0.keys.sinceNanoseconds, $0.keys.next.madeNanoseconds, $0.keys.retired.count)
        }
    }

    /// The next key's turn to sign.
    package func rotation(nowNanoseconds now: Int64) -> Change {
        let keys = state.withLockedValue { $0.keys }
        return Change(keys: keys.rotated(nowNanoseconds: now), base: keys.sequence)
    }

    /// The end of keys whose last tokens have ended; nil where there are none.
    package func withdrawal(nowNanoseconds now: Int64) -> Change? {
        let keys = state.withLockedValue { $0.keys }
        let rest = keys.withdrawn(nowNanoseconds: now)
        return rest.sequence == keys.sequence ? nil : Change(keys: rest, base: keys.sequence)
    }

    /// Puts a recorded change into the file, and then into force.
    ///
    /// - Returns: Whether it is in force; not where the keys have changed since it was planned.
    /// - Throws: `PKIError`; then all stays as it was, and the change may be adopted later.
    package func adopt(_ change: Change) throws(PKIError) -> Bool {
        let verifying = try Self.verifying(change.keys)
        return try alone { () throws(PKIError) in
            guard state.withLockedValue({ $0.keys.sequence }) == change.base else { return false }
            try file.store(change.keys)
            adopted(change, verifying)
            return true
        }
    }

    private func adopted(_ change: Change, _ verifying: JSONWebKeySet) {
        state.withLockedValue { state in
            state.isUnwritten = false
            let signed = state.keys.current.published
            let lastEnd = state.lastEndNanoseconds
            state.keys = change.keys
            state.verifying = verifying
            state.recorded = change.detail
            guard signed != change.keys.current.published else { return }
            // Its last token may have been signed while the change was written.
            for index in state.keys.retired.indices
            where state.keys.retired[index].published == signed {
                let until = state.keys.retired[index].untilNanoseconds
                state.keys.retired[index].untilNanoseconds = max(until, lastEnd)
            }
            state.lastEndNanoseconds = 0
        }
    }

    /// The log says now what ``unrecorded()`` gave.
    package func isRecorded(_ detail: [UInt8]) { state.withLockedValue { $0.recorded = detail } }

    /// What the log has to be told before the keys are used: nil where its last word is of these keys.
    ///
    /// It is of others where they were just made, or the gateway ended between a record and the file. Then the number goes on behind
    /// all that the log knows, so that nobody takes what is published now for something older.
    ///
    /// - Throws: `PKIError` where the file can't be written.
    package func unrecorded() throws(PKIError) -> [UInt8]? {
        var (keys, recorded) = state.withLockedValue { ($0.keys, $0.recorded) }
        if recorded == keys.detail { return nil }
        let last = recorded.flatMap { try? StrictJSON.parse($0) }?["sequence"]?.integer ?? 0
        if keys.sequence <= last {
            keys.sequence = last &+ 1
            try file.store(keys)
            state.withLockedValue { [keys] in $0.keys.sequence = keys.sequence }
        }
        return keys.detail
    }
}
