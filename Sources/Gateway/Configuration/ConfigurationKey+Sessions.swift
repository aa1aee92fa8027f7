internal import Auth

extension ConfigurationKey {
    static let sessions: [ConfigurationKey] = [
        life(
            ConfigurationName.sessionIdle, "how long a session lives without use",
            \.sessions.idleSeconds),
        life(
            ConfigurationName.sessionAbsolute, "how long a session lives however much it is used",
            \.sessions.absoluteSeconds),
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
