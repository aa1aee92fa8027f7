internal import Policy

extension ConfigurationKey {
    static let listeners: [ConfigurationKey] = [
        address(ConfigurationName.service, "mTLS, all APIs", \.listen.service),
        optionalAddress(
            ConfigurationName.people,
            "HTTPS without client certificates, all APIs by API key, token or session",
            \.listen.people),
        optionalAddress(
            ConfigurationName.federation, "HTTPS for anybody: the trust bundle",
            \.listen.federation),
        optionalAddress(
            ConfigurationName.revocation,
            "plain HTTP for anybody: lists of revoked certificates; default: off",
            \.listen.revocation),
        address("listen.metrics", "Prometheus text and health, plain HTTP", \.listen.metrics),
        optionalPath(
            ConfigurationName.peopleCertificate,
            "the people listener's certificate in PEM, with those above it; default: issued by us",
            \.people.certificatePath),
        optionalPath(
            ConfigurationName.peopleKey, "the key of that certificate in PEM", \.people.keyPath),
        names(
            "trusted_proxies", "a list of IP addresses and networks, as 10.0.0.0/8",
            "the proxies whose X-Forwarded-For is believed on the listeners for people and anybody",
            \.trustedProxies, { (try? CIDR(parsing: $0)) != nil }),
    ]

    private static func optionalAddress(
        _ name: String, _ meaning: String,
        _ path: any WritableKeyPath<GatewayConfiguration, ListenAddress?> & Sendable
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, form: "an IP address and port, as 127.0.0.1:8444, or off", meaning: meaning
        ) { configuration, value in
            if value.text == "off" {
                configuration[keyPath: path] = nil
                return true
            }
            guard let address = value.address else { return false }
            configuration[keyPath: path] = address
            return true
        }
    }
}
