import Crypto
@testable import PKI

/// A keeper of keys in memory, whose N-th call fails: before it is done, or after it was done all the same.
final class FakeCustody: OutsideCustody, @unchecked Sendable {
    // A test uses one instance from one thread.
    private(set) var keys: [String: P256.Signing.PrivateKey] = [:]
    var isAway = false
    private var remaining = Int.max
    private var fault = FaultyFiles.Fault.failed
    private(set) var hasFailed = false
    /// Signs with another key than it is asked for.
    var signsWithAnother = false

    let name = "fake"

    /// Has the N-th call from now on fail.
    func fail(at number: Int, _ fault: FaultyFiles.Fault) {
        remaining = number
        self.fault = fault
    }

    /// How custody is configured with it.
    var custody: KeyCustody {
        var custody = KeyCustody()
        custody.outside = [self]
        custody.maker = name
        return custody
    }

    private func call<R>(_ body: () throws(PKIError) -> R) throws(PKIError) -> R {
        guard !isAway else { throw .keyAway("the keeper does not answer") }
        if remaining != .max { remaining -= 1 }
        guard remaining == 0 else { return try body() }
        hasFailed = true
        if fault == .failedButPersisted { _ = try body() }
        throw .keyAway("injected")
    }

    func makeKey(_ key: String) throws(PKIError) -> [UInt8] {
        try call { () throws(PKIError) in
            let made = P256.Signing.PrivateKey()
            keys[key] = made
            return Array(made.publicKey.derRepresentation)
        }
    }

    func signature(of message: [UInt8], by key: String) throws(PKIError) -> [UInt8] {
        try call { () throws(PKIError) in
            let known = signsWithAnother ? P256.Signing.PrivateKey() : keys[key]
            guard let signature = try? known?.signature(for: message) else {
                throw .signingFailed("there is no such key")
            }
            return Array(signature.derRepresentation)
        }
    }

    func destroyKey(_ key: String) throws(PKIError) {
        try call { keys[key] = nil }
    }

    func check(_ key: String?) throws(PKIError) {
        try call { () throws(PKIError) in
            guard let key else { return }
            guard keys[key] != nil else { throw .keyAway("there is no such key") }
        }
    }
}
