public import PKI

extension GatewayConfiguration {
    /// How the private keys of the authorities are kept.
    public struct Custody: Equatable, Sendable {
        /// Where the key is that files of keys are sealed with; nil leaves them plain.
        public var seal: SecretSource?

        /// Makes the defaults.
        public init() {}
    }
}

extension ConfigurationKey {
    static let custody: [ConfigurationKey] = [
        secret(
            ConfigurationName.seal, "where the key is that files of keys are sealed with",
            \.custody.seal)
    ]

    private static func secret(
        _ name: String, _ meaning: String,
        _ path: any WritableKeyPath<GatewayConfiguration, SecretSource?> & Sendable
    ) -> ConfigurationKey {
        ConfigurationKey(name: name, form: SecretSource.form, meaning: meaning) {
            configuration, value in
            guard let source = value.text.flatMap(SecretSource.init) else { return false }
            configuration[keyPath: path] = source
            return true
        }
    }
}
