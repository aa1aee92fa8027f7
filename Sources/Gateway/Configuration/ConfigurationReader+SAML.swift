internal import Auth
internal import Policy
internal import SAML
internal import Text

/// Reads `auth.saml`: a list of providers, each a mapping; every fault with its place.
extension ConfigurationReader {
    mutating func readSAMLProviders(_ value: DocumentNode, file: String) {
        let place = Self.place(value.mark, file)
        guard case .list(let items) = value.content else {
            faults.append("\(place): auth.saml must be a list of providers")
            return
        }
        for item in items {
            guard let provider = readSAMLProvider(item, file: file) else { continue }
            if configuration.samlProviders.contains(where: { $0.name.isExactly(provider.name) }) {
                faults.append(
                    "\(Self.place(item.mark, file)): auth.saml has two providers named"
                        + " \(provider.name)")
            } else {
                configuration.samlProviders.append(provider)
            }
        }
    }

    private mutating func readSAMLProvider(_ node: DocumentNode, file: String) -> SAMLSettings? {
        let place = Self.place(node.mark, file)
        guard case .mapping(let members) = node.content else {
            faults.append("\(place): a provider of auth.saml must be a mapping, got \(node.kind)")
            return nil
        }
        let before = faults.count
        var draft = SAMLDraft()
        for member in members { read(member, Self.place(member.mark, file), &draft) }
        let named = Set(members.map(\.key))
        if !named.contains("name") {
            faults.append("\(place): a provider of auth.saml needs name")
        }
        if faults.count == before { faults += draft.settle().map { "\(place): \($0)" } }
        let settings = draft.settings
        if (settings.otherKey == nil) != (settings.otherCertificatePath == nil)
            || (settings.otherKey != nil && settings.key == nil)
        {
            faults.append(
                "\(place): auth.saml.other_key and auth.saml.other_certificate_file go together, and"
                    + " with auth.saml.key")
        }
        if (settings.key == nil) != (settings.certificatePath == nil) {
            faults.append("\(place): auth.saml.key and auth.saml.certificate_file go together")
        }
        if settings.takesCBC, settings.demand == .assertion || settings.key == nil {
            faults.append(
                "\(place): auth.saml.allow_cbc needs auth.saml.key, and responses that are signed"
                    + " themselves (auth.saml.signed)")
        }
        return faults.count == before ? settings : nil
    }

    private mutating func read(
        _ member: DocumentMember, _ mark: String, _ draft: inout SAMLDraft
    ) {
        guard let key = SAMLKey.all.first(where: { $0.name == member.key }) else {
            let hint = Suggestion.hint(for: member.key, among: SAMLKey.all.map(\.name).sorted())
            faults.append(
                "\(mark): unknown key \(quote("auth.saml.\(member.key)"))"
                    + (hint.map { ", \($0)" } ?? ""))
            return
        }
        let value = ConfigurationValue(member.value)
        if key.apply(&draft, value) { return }
        let text = key.hidesValue ? nil : value.text
        let got = text.map { ", got \(quote($0))" } ?? ""
        faults.append("\(mark): auth.saml.\(key.name) must be \(key.form)\(got)")
    }

    /// What must hold between providers and all else.
    mutating func checkSAML() {
        guard !configuration.samlProviders.isEmpty else { return }
        if configuration.people.address == nil {
            faults.append(
                "auth.saml is set: set \(ConfigurationName.peopleAddress), too, where browsers reach"
                    + " the people listener")
        }
        if configuration.listen.people == nil {
            faults.append("auth.saml is set, and \(ConfigurationName.people) is off")
        }
        let others =
            configuration.tokenIssuers.map(\.name) + configuration.openIDProviders.map(\.name)
            + configuration.directories.map(\.name) + [TokenSettings.provider]
        for provider in configuration.samlProviders
        where others.contains(where: { $0.isExactly(provider.name) }) {
            faults.append(
                "auth.saml: \(provider.name) names somebody else already; give the provider"
                    + " another name")
        }
    }
}
