internal import StrictJSON

/// What a provider gives a device that begins there (RFC 8628 section 3.2).
package struct DeviceAuthorization: Sendable, Equatable {
    /// What the token endpoint is asked with; a secret.
    package let deviceCode: String
    /// What a person types at the provider.
    package let userCode: String
    /// Where they type it.
    package let page: String
    /// The same with the code in it.
    package let complete: String?
    /// How long it is good, in seconds.
    package let lifeSeconds: Int64
    /// How long there must be between two questions, in seconds.
    package let intervalSeconds: Int64

    /// Reads an answer.
    ///
    /// - Throws: ``ProviderAnswerFault`` for what is none, or sends people to a page that is not of https.
    package init(_ text: [UInt8], at endpoint: KeyAddress) throws(ProviderAnswerFault) {
        guard let value = try? StrictJSON.parse(text, limits: .ofAProvider), case .object = value
        else { throw ProviderAnswerFault("the device endpoint's answer is not one JSON object") }
        guard let code = value["device_code"]?.string, Self.isLine(code, OpenIDLimits.grantBytesMax)
        else { throw ProviderAnswerFault("the device endpoint's answer has no device_code") }
        deviceCode = code
        guard let userCode = value["user_code"]?.string,
            Self.isLine(userCode, OpenIDLimits.userCodeBytesMax)
        else { throw ProviderAnswerFault("the device endpoint's answer has no user_code") }
        self.userCode = userCode
        // The second name is that of a draft, which Google still uses.
        let place = value["verification_uri"] ?? value["verification_url"]
        guard let page = place?.string.flatMap(endpoint.following) else {
            throw ProviderAnswerFault("the device endpoint's verification_uri is no page of https")
        }
        self.page = page.text
        complete = value["verification_uri_complete"]?.string.flatMap(endpoint.following)?.text
        lifeSeconds = min(
            try Self.seconds("expires_in", of: value) ?? DeviceLimits.codeSeconds,
            DeviceLimits.codeSeconds)
        intervalSeconds =
            try Self.seconds("interval", of: value) ?? DeviceLimits.intervalSeconds
    }

    private static func isLine(_ text: String, _ bytesMax: Int) -> Bool {
        (1...bytesMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }

    /// A whole number; some providers write it as a text.
    private static func seconds(
        _ name: String, of value: JSONValue
    ) throws(ProviderAnswerFault) -> Int64? {
        guard let member = value[name], member != .null else { return nil }
        let seconds = member.integer ?? member.string.flatMap { Int64($0) }
        guard let seconds, (1...86_400).contains(seconds) else {
            throw ProviderAnswerFault("the device endpoint's \(name) is no number of seconds")
        }
        return seconds
    }
}

/// What a provider answers that has not let the person in.
package enum DevicePollWord: Error, Sendable, Equatable {
    case pending, slowDown
    /// It does not answer.
    case away
    case over(OpenIDRefusal)

    /// Takes the word of a token endpoint.
    package init(_ word: String) {
        switch word {
        case "authorization_pending": self = .pending
        case "slow_down": self = .slowDown
        default: self = .over(.answered(word))
        }
    }
}

extension DevicePollWord: CustomStringConvertible {
    /// One line for people.
    package var description: String {
        switch self {
        case .pending: "nobody has confirmed yet"
        case .slowDown: "it was asked too often"
        case .away: "it does not answer"
        case .over(let refusal): refusal.description
        }
    }
}

/// When a provider is asked whether a person has confirmed there (RFC 8628 section 3.5): a value without a clock.
package struct DevicePoll: Sendable {
    private var intervalNanoseconds: Int64
    private var dueNanoseconds: Int64
    private let endNanoseconds: Int64

    /// Begins; it is asked for the first time once the interval is over.
    package init(_ given: DeviceAuthorization, elapsedNanoseconds now: Int64) {
        intervalNanoseconds = given.intervalSeconds * 1_000_000_000
        dueNanoseconds = now + intervalNanoseconds
        endNanoseconds = now + given.lifeSeconds * 1_000_000_000
    }

    package func isDue(_ now: Int64) -> Bool { now >= dueNanoseconds }
    package func isOver(_ now: Int64) -> Bool { now >= endNanoseconds }

    /// Takes note of an answer, and when the next question is due.
    package mutating func heard(_ word: DevicePollWord, elapsedNanoseconds now: Int64) {
        switch word {
        case .pending, .over: break
        case .slowDown: intervalNanoseconds += DeviceLimits.slowDownSeconds * 1_000_000_000
        case .away: intervalNanoseconds = min(intervalNanoseconds * 2, Self.intervalMax)
        }
        dueNanoseconds = now + intervalNanoseconds
    }

    private static let intervalMax: Int64 = 120_000_000_000
}
