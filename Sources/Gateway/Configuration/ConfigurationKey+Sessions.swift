internal import Auth

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
            guard let text = value.text, text.utf8.count == 64 else { return false }
            let digits = text.compactMap(\.hexDigitValue)
            guard digits.count == 64 else { return false }
            configuration.bootstrap.tokenSHA256 = stride(from: 0, to: 64, by: 2).map {
                UInt8(digits[$0] << 4 | digits[$0 + 1])
            }
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
