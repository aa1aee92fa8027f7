internal import NIOConcurrencyHelpers

/// The keys of one issuer as they were read last; whoever reads them hands them in, verifying never waits for it.
package final class IssuerKeys: Sendable {
    private struct State {
        var keys: JSONWebKeySet?
        var text: [UInt8] = []
        var isWanted = false
    }

    private let state = NIOLockedValueBox(State())

    private let generation: TokenGeneration

    init(_ generation: TokenGeneration) {
        self.generation = generation
    }

    /// The keys; nil before they were had for the first time.
    var current: JSONWebKeySet? { state.withLockedValue { $0.keys } }

    /// Whether the keys were ever had.
    package var isHad: Bool { state.withLockedValue { $0.keys != nil } }

    /// Whether a token named a key that is not here since they were read last.
    package var isWanted: Bool { state.withLockedValue { $0.isWanted } }

    /// A token named a key that is not here.
    func want() { state.withLockedValue { $0.isWanted = true } }

    /// To be called before the keys are read.
    package func reading() { state.withLockedValue { $0.isWanted = false } }

    /// Takes what was read; what is no good leaves the keys as they are.
    ///
    /// - Returns: How many keys of the set can't be used; nil if the text is the same as before.
    /// - Throws: ``KeySetFault``.
    @discardableResult
    package func take(_ text: [UInt8]) throws(KeySetFault) -> Int? {
        if state.withLockedValue({ $0.keys != nil && $0.text == text }) { return nil }
        let keys = try JSONWebKeySet(text)
        state.withLockedValue { state in
            state.keys = keys
            state.text = text
        }
        generation.advance()
        return keys.ignoredCount
    }
}
