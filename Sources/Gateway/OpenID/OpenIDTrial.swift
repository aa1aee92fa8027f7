internal import Auth
internal import Time

/// Asks a configured OpenID provider for what needs nobody's sign-on, for `maxine auth test`, and names the first thing that is wrong.
public enum OpenIDTrial {
    /// Asks.
    ///
    /// - Parameters:
    ///   - name: The provider's name in the configuration.
    ///   - configuration: The whole configuration.
    /// - Returns: What came of it; nil where no provider of that name is configured.
    public static func run(
        _ name: String, in configuration: GatewayConfiguration
    ) async -> DirectoryTrial.Report? {
        guard let settings = configuration.openIDProviders.first(where: { $0.name == name }) else {
            return nil
        }
        let provider = OpenIDProvider(settings, clocks: Clocks.system)
        var lines = asked(settings, at: configuration.people.address ?? "")
        do throws(ProviderFault) {
            try provider.checkProof()
            lines.append(("client", "its proof is there"))
            let metadata = try await provider.knowledge.metadata()
            lines += found(metadata)
            if settings.hasKeys {
                _ = try await provider.knowledge.freshenKeys(metadata)
                lines.append(("keys", "read"))
            }
            return DirectoryTrial.Report(isGood: true, lines: lines)
        } catch {
            lines.append(("first fault", error.sentence))
            return DirectoryTrial.Report(isGood: false, lines: lines)
        }
    }

    /// What the provider must know of us, and what is made of what it says.
    private static func asked(
        _ settings: OpenIDSettings, at address: String
    ) -> [(name: String, value: String)] {
        let base = "\(address)/api/maxine/auth/oidc/\(settings.name)"
        let mapping = settings.mapping
        var lines = [
            (name: "provider", value: settings.name), ("issuer", settings.issuer),
            ("redirect address to register", "\(base)/callback"),
        ]
        if settings.hasKeys {
            lines += [
                ("back-channel logout to register", "\(base)/backchannel-logout"),
                ("after logout to register", address + "/"),
            ]
        }
        lines += [
            ("asks for", settings.scopes.joined(separator: " ")),
            ("user", "claim \(mapping.user.text) -> user \(settings.name)/NAME"),
            ("groups", "claim \(mapping.groups.text) -> group \(settings.name)/NAME"),
        ]
        if let roles = mapping.roles {
            let allowed = mapping.rolesAllowed.joined(separator: ", ")
            lines.append(
                ("roles", "claim \(roles.text), of which: \(allowed.isEmpty ? "none" : allowed)"))
        }
        return lines
    }

    private static func found(_ metadata: ProviderMetadata) -> [(name: String, value: String)] {
        [
            ("metadata", "read"), ("browsers go to", metadata.authorization.text),
            ("codes go to", metadata.token.text),
            ("signing off there", metadata.endSession?.text ?? "not offered"),
            ("answers say whose they are", metadata.namesItself ? "always" : "not always"),
        ]
    }
}
