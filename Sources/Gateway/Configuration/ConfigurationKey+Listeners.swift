internal import Auth
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
        ConfigurationKey(
            name: ConfigurationName.revocationURL,
            form: "an http address without a query or a slash at its end, of 200 bytes at most",
            meaning: "where others reach the revocation listener; it stands in certificates"
        ) { configuration, value in
            guard let text = value.text, isPublicAddress(text) else { return false }
            configuration.identity.revocationURL = text
            return true
        },
        address("listen.metrics", "Prometheus text and health, plain HTTP", \.listen.metrics),
        optionalPath(
            ConfigurationName.peopleCertificate,
            "the people listener's certificate in PEM, with those above it; default: issued by us",
            \.people.certificatePath),
        optionalPath(
            ConfigurationName.peopleKey, "the key of that certificate in PEM", \.people.keyPath),
        ConfigurationKey(
            name: ConfigurationName.peopleAddress,
            form: "an https address without a path, as https://maxine.example.org",
            meaning: "where browsers reach the people listener; providers send them back there"
        ) { configuration, value in
            guard let text = value.text, text.hasPrefix("https://"), isServer(text) else {
                return false
            }
            configuration.people.address = text
            return true
        },
        names(
            "trusted_proxies", "a list of IP addresses and networks, as 10.0.0.0/8",
            "the proxies whose X-Forwarded-For is believed on the listeners for people and anybody",
            \.trustedProxies, { (try? CIDR(parsing: $0)) != nil }),
    ]

    /// What may stand in a certificate as an address (RFC 3986), and lead to a listener in the clear.
    private static func isPublicAddress(_ text: String) -> Bool {
        let bytes = text.utf8
        let marks = "-._~:/[]%".utf8
        return text.hasPrefix("http://") && bytes.count <= PublicationBounds.addressBytesMax
            && bytes.last != UInt8(ascii: "/")
            && bytes.allSatisfy { byte in
                (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                    || marks.contains(byte)
            } && KeyAddress("https://" + text.dropFirst(7), allowsLoopbackHTTP: false) != nil
    }

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
