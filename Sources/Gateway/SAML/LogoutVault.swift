internal import NIOConcurrencyHelpers
internal import SAML

/// What a provider calls a person and their session there, for each session here: what a request to sign them off there must say.
///
/// In memory and nowhere else, gone with the session and with the process.
final class LogoutVault: Sendable {
    /// What is kept for one session.
    struct Name: Sendable {
        let nameID: SAMLAssertion.NameID
        let sessionIndex: String?

        var bytes: Int {
            [
                nameID.value, nameID.format, nameID.nameQualifier, nameID.spNameQualifier,
                sessionIndex,
            ].reduce(0) { $0 + ($1?.utf8.count ?? 0) }
        }
    }

    private struct State {
        var names: [String: Name] = [:]
        var bytes = 0
    }

    private let bytesMax: Int
    private let state = NIOLockedValueBox(State())

    init(bytesMax: Int = SAMLBounds.vaultBytesMax) {
        self.bytesMax = bytesMax
    }

    /// Keeps a name; where there is no room, the session is signed off here only.
    func keep(_ name: Name, for session: String) {
        state.withLockedValue { state in
            let before = state.names[session]?.bytes ?? 0
            guard state.bytes - before + name.bytes <= bytesMax else { return }
            state.bytes += name.bytes - before
            state.names[session] = name
        }
    }

    func forget(_ session: String) {
        state.withLockedValue { state in
            state.bytes -= state.names.removeValue(forKey: session)?.bytes ?? 0
        }
    }

    func name(for session: String) -> Name? { state.withLockedValue { $0.names[session] } }
}
