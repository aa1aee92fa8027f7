import Crypto
import Foundation
import NIOConcurrencyHelpers
import PKI

/// A keeper of keys in this process that a test sends away, or has wait.
final class TestKeeper: OutsideCustody, Sendable {
    private struct State {
        var keys: [String: P256.Signing.PrivateKey] = [:]
        var isAway = false
        var waiting = 0
    }

    let name = "test"
    private let state = NIOLockedValueBox(State())
    /// Whether signatures may be made.
    private let door = ConditionLock(value: true)

    /// Whether nothing answers.
    var isAway: Bool {
        get { state.withLockedValue { $0.isAway } }
        set { state.withLockedValue { $0.isAway = newValue } }
    }

    /// How many wait for a signature.
    var waiting: Int { state.withLockedValue { $0.waiting } }

    /// The keys that there are, by name.
    var keys: Set<String> { state.withLockedValue { Set($0.keys.keys) } }

    /// Has all wait from now on who want a signature, or lets them go on.
    func hold(_ isHeld: Bool) {
        door.lock()
        door.unlock(withValue: !isHeld)
    }

    private func call<R>(_ body: (inout State) -> R) throws(PKIError) -> R {
        let result = state.withLockedValue { state -> R? in
            state.isAway ? nil : body(&state)
        }
        guard let result else { throw .keyAway("the keeper does not answer") }
        return result
    }

    func makeKey(_ key: String) throws(PKIError) -> [UInt8] {
        let made = P256.Signing.PrivateKey()
        try call { $0.keys[key] = made }
        return Array(made.publicKey.derRepresentation)
    }

    func signature(of message: [UInt8], by key: String) throws(PKIError) -> [UInt8] {
        state.withLockedValue { $0.waiting += 1 }
        door.lock(whenValue: true)
        door.unlock()
        state.withLockedValue { $0.waiting -= 1 }
        let known = try call { $0.keys[key] }
        guard let signature = try? known?.signature(for: message) else {
            throw .signingFailed("there is no such key")
        }
        return Array(signature.derRepresentation)
    }

    func destroyKey(_ key: String) throws(PKIError) {
        try call { $0.keys[key] = nil }
    }

    func check(_ key: String?) throws(PKIError) {
        try call { _ in }
    }
}
