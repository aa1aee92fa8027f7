internal import StrictJSON

/// A sign-on that a browser has under way: all that its callback is held against.
///
/// Whoever holds it sealed is the browser that began it; nothing of it is kept here.
package struct LoginTicket: Sendable, Equatable {
    /// The provider's name in the configuration.
    package let provider: String
    /// What the provider's answer brings back.
    let state: String
    /// What the ID token must hold.
    package let nonce: String
    let proofKey: ProofKey
    /// Where the browser goes afterwards.
    package let target: LocalTarget
    /// When it began, by the clock that nobody sets.
    package let beganNanoseconds: Int64

    /// Begins a sign-on.
    package init(provider: String, target: LocalTarget, elapsedNanoseconds: Int64) {
        self.provider = provider
        self.target = target
        state = RandomText.make()
        nonce = RandomText.make()
        proofKey = ProofKey()
        beganNanoseconds = elapsedNanoseconds
    }

    /// What the token endpoint is shown (RFC 7636 section 4.5).
    package var verifier: String { proofKey.verifier }

    /// What names it in the browser.
    package var name: LoginName { LoginName(state: state) }

    /// Whether its time is over.
    package func isOver(_ elapsedNanoseconds: Int64) -> Bool {
        let age = elapsedNanoseconds.subtractingReportingOverflow(beganNanoseconds)
        return age.overflow || age.partialValue < 0
            || age.partialValue >= OpenIDLimits.loginNanoseconds
    }
}

extension LoginTicket {
    /// The text that is sealed.
    var encoded: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"p\":")
        writer.string(provider)
        writer.raw(",\"s\":")
        writer.string(state)
        writer.raw(",\"n\":")
        writer.string(nonce)
        writer.raw(",\"v\":")
        writer.string(proofKey.verifier)
        writer.raw(",\"t\":")
        writer.string(target.path)
        writer.raw(",\"b\":")
        writer.integer(beganNanoseconds)
        writer.raw("}")
        return writer.bytes
    }

    /// Reads what was sealed; nil for what never was.
    init?(_ bytes: [UInt8]) {
        guard let value = try? StrictJSON.parse(bytes), let provider = value["p"]?.string,
            let state = value["s"]?.string, let nonce = value["n"]?.string,
            let verifier = value["v"]?.string, let began = value["b"]?.integer
        else { return nil }
        self.provider = provider
        self.state = state
        self.nonce = nonce
        proofKey = ProofKey(verifier: verifier)
        target = LocalTarget(value["t"]?.string)
        beganNanoseconds = began
    }
}
