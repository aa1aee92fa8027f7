internal import StrictJSON
internal import Text

/// What a provider says of itself (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2), as far as it is used.
package struct ProviderMetadata: Sendable, Equatable {
    /// Where browsers are sent.
    package let authorization: KeyAddress
    /// Where codes are taken.
    package let token: KeyAddress
    /// Where its keys are.
    package let keys: KeyAddress
    /// Where more is said of a person.
    package let userInfo: KeyAddress?
    /// Where a person signs off (OpenID Connect RP-Initiated Logout 1.0).
    package let endSession: KeyAddress?
    /// Where devices begin (RFC 8628).
    package let deviceAuthorization: KeyAddress?
    /// Whether its answers always say whose they are (RFC 9207 section 3).
    package let namesItself: Bool

    /// Reads the metadata of a provider.
    ///
    /// - Throws: ``ProviderAnswerFault`` for what is none, is another's, or would have us sign on without PKCE.
    package init(
        _ text: [UInt8], of settings: OpenIDSettings, at base: KeyAddress
    ) throws(ProviderAnswerFault) {
        guard let value = try? StrictJSON.parse(text, limits: .ofAProvider) else {
            throw ProviderAnswerFault("the metadata is not one JSON object")
        }
        guard value["issuer"]?.string?.isExactly(settings.issuer) == true else {
            throw ProviderAnswerFault("the metadata is that of another issuer")
        }
        try Self.checkS256(value, isAssumed: settings.assumesS256)
        try Self.checkCode(value)
        authorization = try Self.needed("authorization_endpoint", of: value, base, isAsked: false)
        token = try Self.needed("token_endpoint", of: value, base)
        keys = try Self.needed("jwks_uri", of: value, base)
        userInfo = try Self.address("userinfo_endpoint", of: value, base)
        endSession = try Self.address("end_session_endpoint", of: value, base, isAsked: false)
        deviceAuthorization = try Self.address("device_authorization_endpoint", of: value, base)
        namesItself = value["authorization_response_iss_parameter_supported"] == .bool(true)
    }

    /// GitHub's, which are fixed and have neither keys nor ID tokens; nil where its address is too long.
    package init?(ofGitHub web: KeyAddress) {
        guard let authorization = web.following(web.text + "/login/oauth/authorize"),
            let token = web.following(web.text + "/login/oauth/access_token")
        else { return nil }
        self.authorization = authorization
        self.token = token
        keys = token
        userInfo = nil
        endSession = nil
        deviceAuthorization = web.following(web.text + "/login/device/code")
        namesItself = false
    }

    /// No code goes out that is not bound to us; `plain` binds nothing (RFC 9700 section 2.1.1).
    private static func checkS256(
        _ value: JSONValue, isAssumed: Bool
    ) throws(ProviderAnswerFault) {
        guard let member = value["code_challenge_methods_supported"] else {
            if isAssumed { return }
            throw ProviderAnswerFault(
                "the metadata does not say that PKCE by S256 is taken; assume_s256: true has it tried"
            )
        }
        guard case .array(let methods) = member, methods.contains(.string("S256")) else {
            throw ProviderAnswerFault("the metadata says that PKCE by S256 is not taken")
        }
    }

    private static func checkCode(_ value: JSONValue) throws(ProviderAnswerFault) {
        guard let member = value["response_types_supported"] else { return }
        guard case .array(let types) = member, types.contains(.string("code")) else {
            throw ProviderAnswerFault("the metadata says that codes are not given")
        }
    }

    private static func needed(
        _ name: String, of value: JSONValue, _ base: KeyAddress, isAsked: Bool = true
    ) throws(ProviderAnswerFault) -> KeyAddress {
        guard let address = try address(name, of: value, base, isAsked: isAsked) else {
            throw ProviderAnswerFault("the metadata has no \(name)")
        }
        return address
    }

    /// An address that we ask may lead to no private one but the provider's own; browsers see to theirs.
    private static func address(
        _ name: String, of value: JSONValue, _ base: KeyAddress, isAsked: Bool = true
    ) throws(ProviderAnswerFault) -> KeyAddress? {
        guard let member = value[name] else { return nil }
        guard let address = member.string.flatMap(base.following),
            !isAsked || address.host == base.host || !PrivateAddresses.contain(address.host)
        else {
            throw ProviderAnswerFault("the metadata's \(name) is no address that is asked")
        }
        return address
    }
}

extension JSONLimits {
    /// Fits any answer of a provider but its keys.
    static let ofAProvider = JSONLimits(
        bytesMax: OpenIDLimits.answerBytesMax, depthMax: OpenIDLimits.depthMax,
        valuesMax: OpenIDLimits.valuesMax)
}
