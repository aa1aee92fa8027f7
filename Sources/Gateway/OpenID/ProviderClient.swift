internal import Auth
internal import Foundation
internal import NIOHTTP1
internal import PKI

/// Asks one provider: its metadata, its keys, its token endpoint, what it says of a person.
struct ProviderClient: Sendable {
    let settings: OpenIDSettings
    /// The wall clock.
    let clock: @Sendable () -> Int64
    let environment: [String: String]

    private var fetch: BoundedFetch {
        BoundedFetch(
            authorities: settings.authorities, bytesMax: OpenIDLimits.answerBytesMax)
    }

    /// What the provider says of itself; fixed for one without metadata.
    func metadata() async throws(ProviderFault) -> ProviderMetadata {
        switch settings.dialect {
        case .github(let web, _):
            guard let metadata = ProviderMetadata(ofGitHub: web) else {
                throw .unavailable(reason: "the provider's addresses are too long")
            }
            return metadata
        case .openID(let base):
            guard let place = base.metadata else {
                throw .unavailable(reason: "an issuer with a query has no metadata")
            }
            let text = try await read(place)
            do throws(ProviderAnswerFault) {
                return try ProviderMetadata(text, of: settings, at: base)
            } catch {
                throw .unavailable(reason: "\(place.text): \(error)")
            }
        }
    }

    /// The text of its key set.
    func keys(_ metadata: ProviderMetadata) async throws(ProviderFault) -> [UInt8] {
        try await read(
            metadata.keys, accept: "application/jwk-set+json, application/json",
            bytesMax: TokenLimits.keySetBytesMax)
    }

    /// What a person's access token tells at the userinfo endpoint.
    func userInfo(
        _ token: String, at metadata: ProviderMetadata
    ) async throws(ProviderFault) -> [UInt8] {
        guard let place = metadata.userInfo else {
            throw .unavailable(reason: "the provider's metadata has no userinfo_endpoint")
        }
        return try await read(place, token: token)
    }

    /// A page of an API.
    func read(
        _ address: KeyAddress, accept: String = "application/json", token: String? = nil,
        bytesMax: Int = OpenIDLimits.answerBytesMax
    ) async throws(ProviderFault) -> [UInt8] {
        var headers = [("accept", accept), ("user-agent", "maxine")]
        if let token { headers.append(("authorization", "Bearer \(token)")) }
        let fetch = BoundedFetch(authorities: settings.authorities, bytesMax: bytesMax)
        let response = try await send(fetch, .GET, address, headers)
        if token != nil, response.status == 401 || response.status == 403 {
            throw .refused(
                code: "oidc_token_refused", reason: "\(address.text) answers \(response.status)")
        }
        guard response.status == 200 else {
            throw .unavailable(reason: "\(address.text) answers \(response.status), not 200")
        }
        return response.body
    }

    /// Exchanges what we have for tokens (RFC 6749 sections 4.1.3 and 6).
    ///
    /// - Returns: The answer, or the word by which the provider says that what it was shown is no good.
    func tokens(
        for grant: [(name: String, value: String)], at metadata: ProviderMetadata
    ) async throws(ProviderFault) -> Result<TokenAnswer, TokenDenial> {
        var form = grant
        var headers = [("accept", "application/json"), ("user-agent", "maxine")]
        try prove(&form, &headers, at: metadata.token)
        let response = try await send(
            fetch, .POST, metadata.token, headers, body: .form(FormText.encode(form)))
        guard response.isJSON else {
            // Some refuse without the word that RFC 6749 section 5.2 asks for.
            if [400, 403].contains(response.status) { return .failure(TokenDenial(word: "other")) }
            throw .unavailable(
                reason: "\(metadata.token.text) answers \(response.status) without JSON")
        }
        let word = TokenAnswer.error(response.body)
        if response.status == 200, word == nil {
            do throws(ProviderAnswerFault) {
                return .success(try TokenAnswer(response.body))
            } catch {
                throw .unavailable(reason: "\(error)")
            }
        }
        guard let word, (200..<500).contains(response.status), response.status != 429,
            !Self.ours.contains(word)
        else {
            throw .unavailable(
                reason: "\(metadata.token.text) answers \(response.status) \(word ?? "")")
        }
        return .failure(TokenDenial(word: word))
    }

    /// What another endpoint answers to a form with our proof.
    func post(
        _ members: [(name: String, value: String)], to address: KeyAddress
    ) async throws(ProviderFault) -> [UInt8] {
        var form = members
        var headers = [("accept", "application/json"), ("user-agent", "maxine")]
        try prove(&form, &headers, at: address)
        // RFC 8628 section 3.1 has it there, whatever else proves who we are.
        if !form.contains(where: { $0.name == "client_id" }) {
            form.append(("client_id", settings.clientID))
        }
        let response = try await send(
            fetch, .POST, address, headers, body: .form(FormText.encode(form)))
        guard response.status == 200 else {
            let word = TokenAnswer.error(response.body) ?? ""
            throw .unavailable(reason: "\(address.text) answers \(response.status) \(word)")
        }
        return response.body
    }

    /// Whether our proof is there.
    ///
    /// - Throws: ``ProviderFault/unavailable(reason:)`` with what is wrong.
    func checkProof() throws(ProviderFault) {
        var form: [(name: String, value: String)] = []
        var headers: [(String, String)] = []
        guard let nowhere = KeyAddress("https://nowhere.invalid", allowsLoopbackHTTP: false) else {
            return
        }
        try prove(&form, &headers, at: nowhere)
    }

    /// Words that blame us, or the moment, and not the person.
    private static let ours: Set<String> = [
        "invalid_client", "unauthorized_client", "unsupported_grant_type", "server_error",
        "temporarily_unavailable", "incorrect_client_credentials", "redirect_uri_mismatch",
    ]

    private func send(
        _ fetch: BoundedFetch, _ method: HTTPMethod, _ address: KeyAddress,
        _ headers: [(String, String)], body: BoundedFetch.Body? = nil
    ) async throws(ProviderFault) -> BoundedFetch.Response {
        do throws(KeyReadingFault) {
            return try await fetch.send(method, to: address, headers, body: body)
        } catch {
            throw .unavailable(reason: "\(error)")
        }
    }

    /// Adds our proof (OpenID Connect Core 1.0 section 9).
    private func prove(
        _ form: inout [(name: String, value: String)], _ headers: inout [(String, String)],
        at endpoint: KeyAddress
    ) throws(ProviderFault) {
        switch settings.proof {
        case .none: form.append(("client_id", settings.clientID))
        case .post(let source):
            form.append(("client_id", settings.clientID))
            form.append(("client_secret", try secret(source)))
        case .basic(let source):
            let pair =
                FormText.escape(settings.clientID) + ":" + FormText.escape(try secret(source))
            headers.append(
                ("authorization", "Basic " + Data(pair.utf8).base64EncodedString()))
        case .privateKey(let source):
            let assertion = ClientAssertion.make(
                clientID: settings.clientID, for: endpoint, pem: try secret(source),
                nowSeconds: clock() / 1_000_000_000)
            guard let assertion else {
                throw .unavailable(
                    reason: "\(OpenIDKey.secretName): \(source) holds no P-256 key in PEM")
            }
            form.append(("client_id", settings.clientID))
            form.append(("client_assertion_type", ClientAssertion.type))
            form.append(("client_assertion", assertion))
        }
    }

    /// Read each time: whoever renews it replaces the file.
    private func secret(_ source: SecretSource) throws(ProviderFault) -> String {
        do throws(PKIError) {
            let bytes = try source.read(as: OpenIDKey.secretName, environment: environment)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            throw .unavailable(reason: error.message)
        }
    }
}

/// The word by which a token endpoint says that a code or a refresh token is no good.
struct TokenDenial: Error, CustomStringConvertible {
    let word: String

    var description: String { word }
}
