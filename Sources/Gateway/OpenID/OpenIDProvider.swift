internal import Auth
internal import Foundation
internal import Policy
internal import StrictJSON
internal import Time

/// A provider of OpenID Connect or of GitHub's OAuth 2.0 that vouches for people.
final class OpenIDProvider: PersonProvider {
    let settings: OpenIDSettings
    let knowledge: ProviderKnowledge
    let client: ProviderClient
    private let verifier: OpenIDVerifier
    private let vault = RefreshVault()
    /// The wall clock.
    private let clock: @Sendable () -> Int64

    init(
        _ settings: OpenIDSettings, clocks: Clocks,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.settings = settings
        clock = clocks.wall
        client = ProviderClient(settings: settings, clock: clocks.wall, environment: environment)
        verifier = OpenIDVerifier(settings)
        knowledge = ProviderKnowledge(client, verifier, elapsed: clocks.elapsed)
    }

    /// One line while it can't be asked.
    var note: String? {
        knowledge.fault.map { "the provider \(name) can't be asked: \($0)" }
    }

    var name: String { settings.name }
    var kind: ProviderKind { .oidc }
    var authority: String { settings.issuer }
    var rolesAllowed: [String] { settings.mapping.rolesAllowed }
    var confirmSeconds: Int { settings.confirmSeconds }

    func share(session: String, with other: String) { vault.share(session, with: other) }
    func forget(session: String) { vault.forget(session) }

    /// Whether we can prove to be its client.
    ///
    /// - Throws: ``ProviderFault/unavailable(reason:)`` with what is wrong.
    func checkProof() throws(ProviderFault) { try client.checkProof() }

    /// Where a person signs off at the provider as well; nil where that is not offered, or nothing names the session there.
    func endSession(of session: String, returningTo address: String) -> String? {
        guard let metadata = knowledge.current, let place = metadata.endSession,
            let hint = vault.grant(for: session)?.idToken
        else { return nil }
        return FormText.append(
            [
                ("id_token_hint", hint), ("client_id", settings.clientID),
                ("post_logout_redirect_uri", address),
            ], to: place)
    }

    /// Keeps what a sign-on brought, once its session is there.
    func keep(_ grant: RefreshVault.Grant, for session: String) { vault.keep(grant, for: session) }

    /// What a logout token says.
    ///
    /// - Throws: `TokenRefusal`, or ``ProviderFault/unavailable(reason:)`` where its keys can't be read.
    func judge(logoutToken text: [UInt8]) async throws -> LogoutWord {
        do throws(TokenRefusal) {
            return try verifier.judge(logoutToken: text, nowSeconds: nowSeconds)
        } catch {
            guard error == .keyUnknown || error == .keysMissing,
                try await knowledge.freshenKeys(try await knowledge.metadata())
            else { throw error }
            return try verifier.judge(logoutToken: text, nowSeconds: nowSeconds)
        }
    }

    private var nowSeconds: Int64 { clock() / 1_000_000_000 }
}

/// A sign-on by a code.
extension OpenIDProvider {
    /// Exchanges a code for the provider's word about somebody.
    func redeem(
        _ code: String, of ticket: LoginTicket, _ metadata: ProviderMetadata, callback: String
    ) async throws(ProviderFault) -> RefreshVault.Grant {
        let answer = try await client.tokens(
            for: [
                ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback),
                ("code_verifier", ticket.verifier),
            ], at: metadata)
        switch answer {
        case .failure(let denial): throw ProviderFault(.codeRefused(denial.word))
        case .success(let tokens):
            guard settings.hasKeys else { return try await github(tokens.accessToken) }
            let token = try await judge(metadata) { verifier, now throws(OpenIDRefusal) in
                try verifier.judge(tokens, of: ticket, code: code, nowSeconds: now)
            }
            let person = try await person(token, tokens, metadata)
            return RefreshVault.Grant(
                token: tokens.refreshToken,
                idToken: metadata.endSession == nil ? nil : tokens.idToken,
                nonce: ticket.nonce, person: person)
        }
    }

    /// Judges with the keys of now, and once more where others are read.
    func judge<Token>(
        _ metadata: ProviderMetadata,
        _ judging: (OpenIDVerifier, Int64) throws(OpenIDRefusal) -> Token
    ) async throws(ProviderFault) -> Token {
        do throws(OpenIDRefusal) {
            return try judging(verifier, nowSeconds)
        } catch {
            guard error == .token(.keyUnknown) || error == .token(.keysMissing),
                try await knowledge.freshenKeys(metadata)
            else { throw ProviderFault(error) }
        }
        do throws(OpenIDRefusal) {
            return try judging(verifier, nowSeconds)
        } catch {
            throw ProviderFault(error)
        }
    }

    func person(
        _ token: IDToken, _ tokens: TokenAnswer, _ metadata: ProviderMetadata
    ) async throws(ProviderFault) -> VouchedPerson {
        var claims = token.claims
        if settings.asksUserInfo {
            let more = try await client.userInfo(tokens.accessToken, at: metadata)
            do throws(OpenIDRefusal) {
                claims = try verifier.claims(of: token, with: more)
            } catch {
                throw ProviderFault(error)
            }
        }
        var person = try vouched(
            claims, ProviderHandle(subject: token.subject, session: token.session))
        // Nobody can be asked again without a refresh token: then the word is good for as long as it says.
        if tokens.refreshToken == nil {
            person.endsNanoseconds =
                token.endSeconds.multipliedReportingOverflow(
                    by: 1_000_000_000
                ).partialValue
        }
        return person
    }

    private func vouched(
        _ claims: JSONValue, _ handle: ProviderHandle
    ) throws(ProviderFault) -> VouchedPerson {
        do throws(OpenIDRefusal) {
            return VouchedPerson(try verifier.principal(claims), of: settings.name, handle)
        } catch {
            throw ProviderFault(error)
        }
    }
}

/// Asking again.
extension OpenIDProvider {
    func confirm(
        _ person: String, _ handle: ProviderHandle, session: String
    ) async throws(ProviderFault) -> VouchedPerson {
        switch vault.borrow(session) {
        case .none: throw ProviderFault(.refreshMissing)
        case .away(let number):
            guard let outcome = await vault.outcome(number) else {
                throw .unavailable(reason: "the provider was just asked")
            }
            return try outcome.get()
        case .lent(let grant, let number):
            var renewed = grant
            do throws(ProviderFault) {
                try await renew(&renewed)
                vault.giveBack(number, renewed, .success(renewed.person))
                return renewed.person
            } catch {
                // A token that was given meanwhile is the only one that is good.
                vault.giveBack(number, renewed, .failure(error))
                throw error
            }
        }
    }

    private func renew(_ grant: inout RefreshVault.Grant) async throws(ProviderFault) {
        guard let token = grant.token else { return }
        if !settings.hasKeys {
            let asked = try await github(token)
            guard asked.person.handle == grant.person.handle else {
                throw ProviderFault(.otherPerson)
            }
            grant = asked
            return
        }
        let metadata = try await knowledge.metadata()
        let answer = try await client.tokens(
            for: [("grant_type", "refresh_token"), ("refresh_token", token)], at: metadata)
        switch answer {
        case .failure(let denial): throw ProviderFault(.refreshRefused(denial.word))
        case .success(let tokens):
            grant.token = tokens.refreshToken ?? token
            try await renew(&grant, by: tokens, metadata)
        }
    }

    /// The person by a refreshed ID token.
    ///
    /// A provider that gives none says by the refresh itself that they are still there, and by the userinfo which groups they have now,
    /// where that is asked.
    private func renew(
        _ grant: inout RefreshVault.Grant, by tokens: TokenAnswer, _ metadata: ProviderMetadata
    ) async throws(ProviderFault) {
        let subject = grant.person.handle.subject
        let nonce = grant.nonce
        let token = try await judge(metadata) { verifier, now throws(OpenIDRefusal) in
            try verifier.judge(refreshed: tokens, of: subject, nonce: nonce, nowSeconds: now)
        }
        guard let token = token ?? (settings.asksUserInfo ? IDToken(refreshedFor: subject) : nil)
        else {
            return
        }
        var person = try await person(token, tokens, metadata)
        person.endsNanoseconds = nil
        person.handle = grant.person.handle
        grant.person = person
        if grant.idToken != nil { grant.idToken = tokens.idToken ?? grant.idToken }
    }
}

/// Where there are no ID tokens.
extension OpenIDProvider {
    func github(_ token: String) async throws(ProviderFault) -> RefreshVault.Grant {
        guard case .github(_, let api) = settings.dialect else {
            throw ProviderFault(.tokenMissing)
        }
        let user = try await page(GitHubPerson.paths.user, 0, of: api, token)
        let organisations = try await list(GitHubPerson.paths.organisations, of: api, token)
        let teams = try await list(GitHubPerson.paths.teams, of: api, token)
        let claims: JSONValue
        do throws(ProviderAnswerFault) {
            claims = try GitHubPerson.claims(
                user: user, organisations: organisations, teams: teams)
        } catch {
            throw .unavailable(reason: "\(error)")
        }
        let subject = claims["sub"]?.string ?? ""
        return RefreshVault.Grant(
            token: token, idToken: nil, nonce: nil,
            person: try vouched(claims, ProviderHandle(subject: subject)))
    }

    /// All pages of a list; more than are read are refused, since nobody could say which groups were left out.
    private func list(
        _ path: String, of api: KeyAddress, _ token: String
    ) async throws(ProviderFault) -> [[UInt8]] {
        var pages: [[UInt8]] = []
        for number in 1...OpenIDLimits.pagesMax {
            let page = try await page(path, number, of: api, token)
            pages.append(page)
            do throws(ProviderAnswerFault) {
                if try GitHubPerson.count(page) < GitHubPerson.pageItems { return pages }
            } catch {
                throw .unavailable(reason: "\(error)")
            }
        }
        throw ProviderFault(.token(.overage))
    }

    private func page(
        _ path: String, _ number: Int, of api: KeyAddress, _ token: String
    ) async throws(ProviderFault) -> [UInt8] {
        let query = number == 0 ? "" : "?per_page=\(GitHubPerson.pageItems)&page=\(number)"
        guard let address = api.following(api.text + path + query) else {
            throw .unavailable(reason: "the API's address is too long")
        }
        return try await client.read(address, token: token)
    }
}

extension VouchedPerson {
    /// The person that a mapping made, as a provider of that name calls them.
    init(_ principal: Principal, of provider: String, _ handle: ProviderHandle) {
        self.init(
            name: String(
                decoding: principal.id.utf8.dropFirst(provider.utf8.count + 1), as: UTF8.self),
            handle: handle)
        groups = principal.membership?.groups ?? []
        claims = principal.oidcClaims
        roles = principal.directRoles
    }
}

extension PersonProviders {
    /// Those of OpenID Connect and OAuth 2.0.
    var openID: [OpenIDProvider] { all.compactMap { $0 as? OpenIDProvider } }
}
