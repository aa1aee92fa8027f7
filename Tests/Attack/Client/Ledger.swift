import NIOConcurrencyHelpers

/// What the client was told about instances that it registers and deregisters as it goes.
final class Ledger: Sendable {
    private struct State {
        var number = 0
        /// Registered, by an answer that says so, and nothing asked about them since.
        var standing: [String] = []
        /// Asked about without an answer that tells.
        var unknown: Set<String> = []
    }

    private let state = NIOLockedValueBox(State())

    /// The id for a new instance; unknown until ``registered(_:)`` or ``refused(_:)`` tells.
    func next() -> String {
        state.withLockedValue { state in
            state.number += 1
            let id = "turn-\(state.number)"
            state.unknown.insert(id)
            return id
        }
    }

    /// One that is registered, to be taken away.
    func leaving() -> String? {
        state.withLockedValue { state in
            guard state.standing.count > 5 else { return nil }
            let id = state.standing.removeFirst()
            state.unknown.insert(id)
            return id
        }
    }

    /// The catalogue holds it, as an answer says.
    func isThere(_ id: String) {
        state.withLockedValue { state in
            state.unknown.remove(id)
            state.standing.append(id)
        }
    }

    /// The catalogue does not hold it, as an answer says.
    func isGone(_ id: String) { state.withLockedValue { _ = $0.unknown.remove(id) } }

    /// What differs from a catalogue of before, apart from what the client was told; at most a few lines.
    func difference(from before: Catalogue, to after: Catalogue) -> [String] {
        let (standing, unknown) = state.withLockedValue { ($0.standing, $0.unknown) }
        let told = Set(standing.map { "web/\($0)" })
        let open = Set(unknown.map { "web/\($0)" })
        var lines: [String] = []
        for (name, then) in before.instances where !name.hasPrefix("web/turn-") {
            if after.instances[name] == nil { lines.append("\(name) is gone") }
            if let now = after.instances[name], now != then { lines.append("\(name) is another") }
        }
        for name in told where after.instances[name] == nil { lines.append("\(name) is gone") }
        for name in after.instances.keys where before.instances[name] == nil {
            if !told.contains(name), !open.contains(name) {
                lines.append("\(name) was nobody's wish")
            }
        }
        return lines.sorted()
    }
}
