internal import Auth
internal import Policy
internal import Text

/// Reads `auth.oidc`: a list of providers, each a mapping; every fault with its place.
extension ConfigurationReader {
    mutating func readOpenIDProviders(_ value: DocumentNode, file: String) {
        let place = Self.place(value.mark, file)
        guard case .list(let items) = value.content else {
            faults.append("\(place): auth.oidc must be a list of providers")
            return
        }
        for item in items {
            guard let provider = readOpenIDProvider(item, file: file) else { continue }
            if configuration.openIDProviders.contains(where: { $0.name.isExactly(provider.name) }) {
                faults.append(
                    "\(Self.place(item.mark, file)): auth.oidc has two providers named"
                        + " \(provider.name)")
            } else {
                configuration.openIDProviders.append(provider)
            }
        }
    }

    private mutating func readOpenIDProvider(
        _ node: DocumentNode, file: String
    ) -> OpenIDSettings? {
        let place = Self.place(node.mark, file)
        guard case .mapping(let members) = node.content else {
            faults.append("\(place): a provider of auth.oidc must be a mapping, got \(node.kind)")
            return nil
        }
        let before = faults.count
        let preset = members.first { $0.key == "preset" }
            .flatMap { ConfigurationValue($0.value).text }.flatMap(OpenIDPreset.init)
        guard var draft = OpenIDDraft(preset) else { return nil }
        for member in members {
            let mark = Self.place(member.mark, file)
            if member.key == "claims" {
                readClaims(member.value, mark, file, &draft.issuer, of: "auth.oidc")
            } else {
                read(member, mark, &draft)
            }
        }
        let named = Set(members.map(\.key))
        for key in ["name", "client_id"] where !named.contains(key) {
            faults.append("\(place): a provider of auth.oidc needs \(key)")
        }
        if draft.issuer.issuer.isEmpty {
            faults.append(
                "\(place): a provider of auth.oidc needs issuer"
                    + (preset.map { ", as \($0.form)" } ?? ""))
        }
        guard faults.count == before else { return nil }
        take(preset, place, &draft)
        return faults.count == before ? draft.settings : nil
    }

    private mutating func read(
        _ member: DocumentMember, _ mark: String, _ draft: inout OpenIDDraft
    ) {
        guard let key = OpenIDKey.all.first(where: { $0.name == member.key }) else {
            let known = OpenIDKey.all.map(\.name) + ["claims"]
            let hint = Suggestion.hint(for: member.key, among: known.sorted())
            faults.append(
                "\(mark): unknown key \(quote("auth.oidc.\(member.key)"))"
                    + (hint.map { ", \($0)" } ?? ""))
            return
        }
        let value = ConfigurationValue(member.value)
        if key.apply(&draft, value) { return }
        let text = key.hidesValue ? nil : value.text
        let got = text.map { ", got \(quote($0))" } ?? ""
        faults.append("\(mark): auth.oidc.\(key.name) must be \(key.form)\(got)")
    }

    /// Brings together what keys say, and what must hold between them.
    private mutating func take(
        _ preset: OpenIDPreset?, _ place: String, _ draft: inout OpenIDDraft
    ) {
        let issuer = draft.issuer
        draft.settings.name = issuer.name
        draft.settings.issuer = issuer.issuer
        draft.settings.authorities = issuer.authorities
        draft.settings.algorithms = issuer.algorithms
        draft.settings.skewSeconds = issuer.skewSeconds
        draft.settings.claims = issuer.claims
        draft.settings.mapping = issuer.mapping
        if let preset, !draft.allowsLoopbackHTTP, !preset.takes(issuer.issuer) {
            faults.append(
                "\(place): auth.oidc.issuer of the preset \(preset.rawValue) is \(preset.form)")
        }
        takeDialect(preset, place, &draft)
        takeProof(place, &draft)
        if draft.settings.hasKeys, !draft.settings.scopes.contains("openid") {
            faults.append("\(place): auth.oidc.scopes must hold openid")
        }
    }

    private mutating func takeDialect(
        _ preset: OpenIDPreset?, _ place: String, _ draft: inout OpenIDDraft
    ) {
        let loopback = draft.allowsLoopbackHTTP
        let address = KeyAddress(draft.settings.issuer, allowsLoopbackHTTP: loopback)
        guard let address, address.metadata != nil else {
            faults.append(
                "\(place): auth.oidc.issuer must be an https address without a query"
                    + " (http only on this machine, with loopback_http: true)")
            return
        }
        guard preset == .github else {
            draft.settings.dialect = .openID(address)
            if draft.api != nil {
                faults.append("\(place): auth.oidc.api_url goes with the preset github only")
            }
            return
        }
        let usual = address.host == "github.com" ? "https://api.github.com" : nil
        guard
            let api = KeyAddress(
                draft.api ?? usual ?? address.text + "/api/v3", allowsLoopbackHTTP: loopback)
        else {
            faults.append("\(place): auth.oidc.api_url must be an https address")
            return
        }
        draft.settings.dialect = .github(web: address, api: api)
    }

    private mutating func takeProof(_ place: String, _ draft: inout OpenIDDraft) {
        switch (draft.authentication, draft.secret) {
        case (nil, nil), ("none", nil): draft.settings.proof = .none
        case (nil, let secret?), ("basic", let secret?): draft.settings.proof = .basic(secret)
        case ("post", let secret?): draft.settings.proof = .post(secret)
        case ("private_key_jwt", let secret?): draft.settings.proof = .privateKey(secret)
        case ("none", .some):
            faults.append("\(place): auth.oidc.client_auth is none, and there is a client_secret")
        default:
            faults.append("\(place): auth.oidc.client_auth needs client_secret")
        }
    }

    /// What must hold between providers and all else.
    mutating func checkOpenID() {
        guard !configuration.openIDProviders.isEmpty else { return }
        if configuration.people.address == nil {
            faults.append(
                "auth.oidc is set: set \(ConfigurationName.peopleAddress), too, where browsers reach"
                    + " the people listener")
        }
        if configuration.listen.people == nil {
            faults.append("auth.oidc is set, and \(ConfigurationName.people) is off")
        }
        for provider in configuration.openIDProviders
        where configuration.tokenIssuers.contains(where: { $0.name.isExactly(provider.name) })
            || configuration.directories.contains(where: { $0.name.isExactly(provider.name) })
            || provider.name.isExactly(TokenSettings.provider)
        {
            faults.append(
                "auth.oidc: \(provider.name) names somebody else already; give the provider"
                    + " another name")
        }
    }
}
