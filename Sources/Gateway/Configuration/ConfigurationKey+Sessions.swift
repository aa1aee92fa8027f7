internal import Auth
internal import Text

extension ConfigurationKey {
    static let sessions: [ConfigurationKey] = [
        life(
            ConfigurationName.sessionIdle, "how long a session lives without use",
            \.sessions.idleSeconds),
        life(
            ConfigurationName.sessionAbsolute, "how long a session lives however much it is used",
            \.sessions.absoluteSeconds),
        whole(
            "auth.bootstrap.ttl", "a duration from 1m to 7d, as 1h",
            "how long a bootstrap token is good", \.bootstrap.seconds, { $0.seconds },
            in: AuthLimits.sessionSecondsMin...AuthLimits.bootstrapSecondsMax),
        ConfigurationKey(
            name: "auth.bootstrap.token_sha256", form: "the 64 hexadecimal digits of a SHA-256",
            meaning: "a bootstrap token that was made elsewhere; default: the first start makes one"
        ) { configuration, value in
            guard let bytes = value.text.flatMap({ hexBytes($0) }), bytes.count == 32 else {
                return false
            }
            configuration.bootstrap.tokenSHA256 = bytes
            return true
        },
    ]

    private static func life(
        _ name: String, _ meaning: String,
        _ path: any WritableKeyPath<GatewayConfiguration, Int> & Sendable
    ) -> ConfigurationKey {
        whole(
            name, "a duration from 1m to 30d, as 1h", meaning, path, { $0.seconds },
            in: AuthLimits.sessionSecondsMin...AuthLimits.sessionSecondsMax)
    }
}
