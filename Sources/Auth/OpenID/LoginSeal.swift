internal import Crypto
internal import Foundation
internal import NIOConcurrencyHelpers

/// Seals sign-ons that browsers have under way, with keys that are nowhere but in memory.
///
/// AES-256-GCM under the name of the cookie, so that one can't be passed off as another. A key seals for an hour, and opens for as long as
/// a sign-on may take after that; a start begins anew.
package final class LoginSeal: Sendable {
    private struct State {
        var key = SymmetricKey(size: .bits256)
        var last: SymmetricKey?
        var sinceNanoseconds: Int64
    }

    private let state: NIOLockedValueBox<State>

    /// Begins with a new key.
    package init(elapsedNanoseconds: Int64) {
        state = NIOLockedValueBox(State(sinceNanoseconds: elapsedNanoseconds))
    }

    /// Seals a sign-on; nil where the library can't.
    package func seal(_ ticket: LoginTicket, elapsedNanoseconds now: Int64) -> String? {
        let name = Array(ticket.name.text.utf8)
        return (try? AES.GCM.seal(ticket.encoded, using: keys(now).key, authenticating: name))?
            .combined.map { Base64URL.encode(Array($0)) }
    }

    /// Opens what a browser holds under a name; nil for what was not sealed here lately.
    package func open(
        _ text: [UInt8], named name: String, elapsedNanoseconds now: Int64
    ) -> LoginTicket? {
        guard text.count <= OpenIDLimits.sealedBytesMax, let bytes = Base64URL.decode(text),
            let box = try? AES.GCM.SealedBox(combined: bytes)
        else { return nil }
        let (key, last) = keys(now)
        let name = Array(name.utf8)
        for key in [key, last].compactMap({ $0 }) {
            guard let opened = try? AES.GCM.open(box, using: key, authenticating: name) else {
                continue
            }
            return LoginTicket(Array(opened))
        }
        return nil
    }

    private func keys(_ now: Int64) -> (key: SymmetricKey, last: SymmetricKey?) {
        state.withLockedValue { state in
            let age = now &- state.sinceNanoseconds
            if age >= OpenIDLimits.sealNanoseconds {
                state.last = age < 2 * OpenIDLimits.sealNanoseconds ? state.key : nil
                state.key = SymmetricKey(size: .bits256)
                state.sinceNanoseconds = now
            }
            return (state.key, state.last)
        }
    }
}

/// What names a sign-on in a browser: a hash of its state, so that each has a cookie of its own and two tabs don't disturb each other.
package struct LoginName: Hashable, Sendable {
    /// 22 characters of base64url.
    package let text: String

    /// Names the sign-on of a state.
    init(state: String) {
        text = Base64URL.encode(Array(SHA256.hash(data: Array(state.utf8)).prefix(16)))
    }
}
