internal import NIOConcurrencyHelpers

/// Of whose certificates nothing is allowed for now, since the record of their revocation is being written; for calls of the slow lane,
/// which are decided on no event loop.
///
/// A call passes before its record is written and leaves once that is written or can't be. Whoever suspends somebody waits for those
/// that had passed. So no record that allows them something stands behind the one that is written next.
package final class Suspensions: Sendable {
    /// A call that may be recorded.
    package struct Pass: Sendable, Equatable {
        fileprivate let number: UInt64
    }

    private struct State {
        var next: UInt64 = 0
        /// How often each owner is suspended.
        var suspended: [LiveOwner: Int] = [:]
        /// Those that have passed and not left: whose they are.
        var passed: [UInt64: [LiveOwner]] = [:]
        var waiting: [(left: Set<UInt64>, continuation: CheckedContinuation<Void, Never>)] = []

        func isSuspended(_ owners: [LiveOwner]) -> Bool {
            !suspended.isEmpty && owners.contains { suspended[$0] != nil }
        }
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    /// Whether one of these owners is suspended.
    func holds(_ owners: [LiveOwner]) -> Bool {
        state.withLockedValue { $0.isSuspended(owners) }
    }

    /// Lets a call of these owners pass; nil while one of them is suspended.
    package func pass(_ owners: [LiveOwner]) -> Pass? {
        state.withLockedValue { state in
            guard !state.isSuspended(owners) else { return nil }
            state.next &+= 1
            state.passed[state.next] = owners
            return Pass(number: state.next)
        }
    }

    /// The call's record is written, or will not be.
    package func leave(_ pass: Pass) {
        let done = state.withLockedValue { state -> [CheckedContinuation<Void, Never>] in
            guard state.passed.removeValue(forKey: pass.number) != nil else { return [] }
            for index in state.waiting.indices { state.waiting[index].left.remove(pass.number) }
            let done = state.waiting.filter(\.left.isEmpty).map(\.continuation)
            state.waiting.removeAll(where: \.left.isEmpty)
            return done
        }
        for continuation in done { continuation.resume() }
    }

    /// Lets none of an owner pass from now on, unless whoever wants it was suspended itself meanwhile: of two who suspend each other
    /// the second does nothing.
    ///
    /// - Returns: Whether it is so; then take it back with `resume`.
    package func suspend(_ owner: LiveOwner, by pass: Pass) -> Bool {
        state.withLockedValue { state in
            guard !state.isSuspended(state.passed[pass.number] ?? []) else { return false }
            state.suspended[owner, default: 0] += 1
            return true
        }
    }

    /// Waits until all of an owner that had passed have left, but one.
    package func untilLeft(_ owner: LiveOwner, but own: Pass) async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLockedValue { state in
                let left = state.passed.filter { $0.key != own.number && $0.value.contains(owner) }
                guard !left.isEmpty else { return true }
                state.waiting.append((Set(left.keys), continuation))
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    /// Takes one suspension back.
    package func resume(_ owner: LiveOwner) {
        state.withLockedValue { state in
            guard let times = state.suspended[owner] else { return }
            state.suspended[owner] = times > 1 ? times - 1 : nil
        }
    }
}
