internal import NIOConcurrencyHelpers
package import PKI
internal import Text

/// The end of keys that somebody else may have: at once, not once their last token has ended.
extension SigningKeyRing {
    /// Whether keys are in force that the file does not hold; nothing is signed meanwhile.
    package var isUnwritten: Bool { state.withLockedValue { $0.isUnwritten } }

    /// Takes keys their worth: no token of theirs verifies from now on, and nobody is shown them any more.
    ///
    /// In memory first, so that no full disk keeps a stolen key alive. Whoever asks for it has it recorded first, see
    /// ``TokenKeyReplay``.
    ///
    /// - Returns: The names of those that were there.
    /// - Throws: `PKIError` where the file can't be written; they are retired all the same.
    @discardableResult
    package func retire(
        _ names: [String], nowNanoseconds now: Int64
    ) throws(PKIError) -> [String] {
        try alone { () throws(PKIError) in
            let before = state.withLockedValue { $0.keys }
            let there = before.names.filter { name in names.contains { $0.isExactly(name) } }
            if !there.isEmpty {
                try take(before.without(Set(there), nowNanoseconds: now))
            }
            try writeIfNeeded()
            return there
        }
    }

    /// Writes what could not be written.
    package func writeAgain() throws(PKIError) {
        try alone { () throws(PKIError) in try writeIfNeeded() }
    }

    private func take(_ keys: SigningKeys) throws(PKIError) {
        let verifying = try Self.verifying(keys)
        state.withLockedValue { state in
            if state.keys.current.published != keys.current.published {
                state.lastEndNanoseconds = 0
            }
            state.keys = keys
            state.verifying = verifying
            state.isUnwritten = true
        }
    }

    private func writeIfNeeded() throws(PKIError) {
        let keys = state.withLockedValue { $0.isUnwritten ? $0.keys : nil }
        guard let keys else { return }
        try file.store(keys)
        state.withLockedValue { $0.isUnwritten = false }
    }
}

extension SigningKeys {
    /// The names of all keys, the one that signs first.
    var names: [String] { published.map(\.keyID) }

    /// Without some keys, whatever is out that they signed; where the one that signs is among them, another one signs at once.
    func without(_ names: Set<String>, nowNanoseconds now: Int64) -> SigningKeys {
        var keys = self
        keys.retired.removeAll { names.contains($0.published.keyID) }
        if names.contains(next.published.keyID) { keys.next = SigningKey(madeNanoseconds: now) }
        if names.contains(current.published.keyID) {
            keys.current = keys.next
            keys.next = SigningKey(madeNanoseconds: now)
            keys.sinceNanoseconds = now
        }
        keys.sequence = Self.sequence(after: sequence, now)
        return keys
    }
}
