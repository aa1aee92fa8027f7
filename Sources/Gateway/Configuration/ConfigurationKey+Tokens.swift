internal import Auth

extension ConfigurationKey {
    static let tokens: [ConfigurationKey] = [
        ConfigurationKey(
            name: ConfigurationName.tokenIssuer,
            form: "an https address without a query or a slash at its end",
            meaning: "the issuer of our own tokens: where others reach the federation listener"
        ) { configuration, value in
            guard let text = value.text, isIssuer(text) else { return false }
            configuration.tokens.issuer = text
            return true
        },
        names(
            ConfigurationName.tokenAudiences, "a list of texts of 1 to 512 bytes",
            "the audiences that tokens may be asked for besides the issuer itself",
            \.tokens.audiences,
            { (1...SigningLimits.audienceBytesMax).contains($0.utf8.count) }),
        whole(
            "tokens.ttl", "a duration from 1m to 1h, as 15m",
            "how long a token of ours is good at most", \.tokens.lifeSeconds, { $0.seconds },
            in: 60...SigningLimits.lifeSecondsMax),
        whole(
            "tokens.key_rotation", "a duration from 1h to 90d, as 7d",
            "how long a key signs our tokens", \.tokens.keySeconds, { $0.seconds },
            in: 3_600...7_776_000),
    ]

    private static func isIssuer(_ text: String) -> Bool {
        KeyAddress(text, allowsLoopbackHTTP: false)?.metadata != nil && text.utf8.last != 0x2F
    }
}

extension GatewayConfiguration {
    /// What our own tokens say.
    var tokenSettings: TokenSettings {
        TokenSettings(
            issuer: tokens.issuer ?? usualIssuer, audiences: tokens.audiences,
            lifeSeconds: tokens.lifeSeconds)
    }

    /// Where the federation listener answers under its certificate; the trust domain where that is not known.
    private var usualIssuer: String {
        guard let federation = listen.federation, federation.port != 0 else {
            return "https://\(trustDomain)"
        }
        let isAny = ["0.0.0.0", "::"].contains(federation.host)
        let host =
            identity.dnsNames.first ?? (isAny ? trustDomain : nil)
            ?? (federation.host.contains(":") ? "[\(federation.host)]" : federation.host)
        return "https://\(host):\(federation.port)"
    }
}
