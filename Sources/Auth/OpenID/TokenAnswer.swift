internal import StrictJSON
internal import Text

/// What a token endpoint gives (RFC 6749 section 5.1, OpenID Connect Core 1.0 section 3.1.3.3).
package struct TokenAnswer: Sendable {
    package let accessToken: String
    /// The ID token, not verified; nil where there is none.
    package let idToken: String?
    package let refreshToken: String?
    /// How long the access token is good, in seconds, if it is said.
    package let seconds: Int64?

    /// Reads an answer.
    ///
    /// - Throws: ``ProviderAnswerFault`` for what is none, as a `token_type` that we can't use.
    package init(_ text: [UInt8]) throws(ProviderAnswerFault) {
        guard let value = try? StrictJSON.parse(text, limits: .ofAProvider), case .object = value
        else { throw ProviderAnswerFault("the token endpoint's answer is not one JSON object") }
        guard value["token_type"]?.string?.lowercased().isExactly("bearer") == true else {
            throw ProviderAnswerFault("the token endpoint gives no bearer token")
        }
        guard let access = try Self.grant("access_token", of: value) else {
            throw ProviderAnswerFault("the token endpoint's answer has no access_token")
        }
        accessToken = access
        idToken = try Self.grant("id_token", of: value)
        refreshToken = try Self.grant("refresh_token", of: value)
        seconds = try Self.seconds(value)
    }

    /// The word by which it says why not (RFC 6749 section 5.2); nil where it says nothing of the kind.
    package static func error(_ text: [UInt8]) -> String? {
        guard let value = try? StrictJSON.parse(text, limits: .ofAProvider) else { return nil }
        return value["error"]?.string.map { ProviderErrorWord($0).text }
    }

    /// One line of printable ASCII (RFC 6749 appendix A.12).
    private static func grant(
        _ name: String, of value: JSONValue
    ) throws(ProviderAnswerFault) -> String? {
        guard let member = value[name], member != .null else { return nil }
        guard let text = member.string,
            (1...OpenIDLimits.grantBytesMax).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw ProviderAnswerFault("the token endpoint's \(name) is none") }
        return text
    }

    /// A whole number; some providers write it as a text.
    private static func seconds(_ value: JSONValue) throws(ProviderAnswerFault) -> Int64? {
        guard let member = value["expires_in"], member != .null else { return nil }
        let text = member.string.flatMap { Int64($0) }
        guard let seconds = member.integer ?? text, (0...secondsMax).contains(seconds) else {
            throw ProviderAnswerFault("the token endpoint's expires_in is no number of seconds")
        }
        return seconds
    }

    private static let secondsMax: Int64 = 100 * 366 * 86_400
}
