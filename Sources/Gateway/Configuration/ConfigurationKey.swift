internal import Auth
internal import PKI
internal import Registry

/// One key of the configuration file: its name, its form, and where its value goes.
public struct ConfigurationKey: Sendable {
    /// The dotted name, as `listen.service`; the variable is `MAXINE_LISTEN_SERVICE`.
    public let name: String
    /// What the value looks like, for messages and the reference.
    public let form: String
    /// What the key is for, one line.
    public let meaning: String
    /// Whether what stands there may be a secret that was put in the wrong place, which no message repeats.
    var hidesValue = false
    let apply: @Sendable (inout GatewayConfiguration, ConfigurationValue) -> Bool

    /// The environment variable that overrides the key.
    public var variable: String {
        "MAXINE_" + name.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }

    /// All keys, in the order of the reference.
    public static let all: [ConfigurationKey] =
        identityOfTheGateway + listeners + journal + issuing + custody + tokens + sessions
        + leases + bounds + rates + quotas
}

extension ConfigurationKey {
    private static func text(
        _ name: String, _ form: String, _ meaning: String,
        _ path: any WritableKeyPath<GatewayConfiguration, String> & Sendable,
        _ isValid: @escaping @Sendable (String) -> Bool
    ) -> ConfigurationKey {
        ConfigurationKey(name: name, form: form, meaning: meaning) { configuration, value in
            guard let text = value.text, isValid(text) else { return false }
            configuration[keyPath: path] = text
            return true
        }
    }

    static func whole(
        _ name: String, _ form: String, _ meaning: String,
        _ path: any WritableKeyPath<GatewayConfiguration, Int> & Sendable,
        _ parse: @escaping @Sendable (ConfigurationValue) -> Int?, in range: ClosedRange<Int>
    ) -> ConfigurationKey {
        ConfigurationKey(name: name, form: form, meaning: meaning) { configuration, value in
            guard let number = parse(value), range.contains(number) else { return false }
            configuration[keyPath: path] = number
            return true
        }
    }

    static func address(
        _ name: String, _ meaning: String,
        _ path: any WritableKeyPath<GatewayConfiguration, ListenAddress> & Sendable
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, form: "an IP address and port, as 127.0.0.1:8443", meaning: meaning
        ) {
            configuration, value in
            guard let address = value.address else { return false }
            configuration[keyPath: path] = address
            return true
        }
    }

    static func names(
        _ name: String, _ form: String, _ meaning: String,
        _ path: any WritableKeyPath<GatewayConfiguration, [String]> & Sendable,
        _ isValid: @escaping @Sendable (String) -> Bool
    ) -> ConfigurationKey {
        ConfigurationKey(name: name, form: form, meaning: meaning) { configuration, value in
            guard let list = value.list, list.allSatisfy(isValid) else { return false }
            configuration[keyPath: path] = list
            return true
        }
    }

    static func optionalPath(
        _ name: String, _ meaning: String,
        _ path: any WritableKeyPath<GatewayConfiguration, String?> & Sendable
    ) -> ConfigurationKey {
        ConfigurationKey(name: name, form: "a path", meaning: meaning) { configuration, value in
            guard let text = value.text, isPath(text) else { return false }
            configuration[keyPath: path] = text
            return true
        }
    }

    private static let identityOfTheGateway: [ConfigurationKey] = [
        text(
            "trust_domain", "a SPIFFE trust domain, as example.org",
            "the trust domain that identities are issued for", \.trustDomain, isTrustDomain),
        text(
            "datacenter", "a name of letters, digits, '.', '_' and '-'",
            "the datacentre in the SPIFFE path of services", \.datacenter, isSegment),
        text(
            "data", "a path", "the folder of keys, journal and catalogue", \.dataDirectory, isPath),
        text(
            "certs", "a path", "the folder of the operator's certificate and the trust bundle",
            \.certsDirectory, isPath),
        optionalPath(
            "policy", "a policy file or a folder of *.yaml; default: the shipped policy",
            \.policyPath),
        text(
            "log.level", "trace, debug, info, notice, warning or error",
            "the least level that is logged to stderr", \.logLevel,
            { ["trace", "debug", "info", "notice", "warning", "error"].contains($0) }),
    ]

    private static let issuing: [ConfigurationKey] = [
        whole(
            "identity.svid_ttl", "a duration from 5s to 7d, as 1h",
            "the lifetime of an SVID where the request names none", \.identity.svidTTLSeconds,
            { $0.seconds }, in: PKILimits.ttlSecondsMin...604_800),
        whole(
            ConfigurationName.svidTTLMax, "a duration from 5s to 7d, as 24h",
            "the longest lifetime that a request may name", \.identity.svidTTLSecondsMax,
            { $0.seconds }, in: PKILimits.ttlSecondsMin...604_800),
        whole(
            ConfigurationName.serverTTL, "a duration from 10s to 30d, as 24h",
            "the lifetime of the gateway's own certificate", \.identity.serverTTLSeconds,
            { $0.seconds }, in: 10...2_592_000),
        whole(
            ConfigurationName.intermediateTTL, "a duration from 1m to 3650d, as 365d",
            "the lifetime of an intermediate", \.identity.intermediateSeconds, { $0.seconds },
            in: 60...315_360_000),
        whole(
            ConfigurationName.rootTTL, "a duration from 2m to 36500d, as 3650d",
            "the lifetime of a root", \.identity.rootSeconds, { $0.seconds },
            in: 120...3_153_600_000),
        whole(
            "auth.api_key_ttl_max", "a duration from 1m to 366d, as 90d",
            "the longest that an API key may live", \.identity.apiKeySecondsMax, { $0.seconds },
            in: 60...AuthLimits.keySecondsMax),
        names(
            "identity.dns_names", "a list of DNS names",
            "further names in the gateway's own certificate", \.identity.dnsNames, isDNSName),
        names(
            "identity.ip_addresses", "a list of IP addresses",
            "further addresses in the gateway's own certificate", \.identity.ipAddresses,
            { ConfigurationValue.isIPLiteral($0) }),
    ]

    private static let leases: [ConfigurationKey] = [
        whole(
            "leases.held_percent", "a number from 1 to 100",
            "more instances of a hundred that would end at once are held; 100 holds none",
            \.leases.heldPercent, { $0.number }, in: 1...100),
        whole(
            "leases.held_from", "a number from 2 to 1000000",
            "a catalogue of fewer instances is never held", \.leases.heldFrom, { $0.number },
            in: 2...1_000_000),
        whole(
            "leases.held_for", "a duration from 1s to 1h, as 5m", "the longest that they are held",
            \.leases.heldSeconds, { $0.seconds }, in: 1...3600),
    ]

    private static let bounds: [ConfigurationKey] = [
        whole(
            "limits.connections_max", "a number from 1 to 1000000", "the most connections at once",
            \.limits.connectionsMax, { $0.number }, in: 1...1_000_000),
        whole(
            ConfigurationName.connectionsPerPrincipal, "a number from 1 to 1000000",
            "connections of one principal at once, at most half of those that there is room for",
            \.limits.connectionsPerPrincipal, { $0.number }, in: 1...1_000_000),
        whole(
            "limits.drain", "a duration from 0s to 10m, as 10s",
            "the longest wait for open requests when the gateway stops", \.limits.drainSeconds,
            { $0.seconds }, in: 0...600),
    ]

    private static let quotas: [ConfigurationKey] = [
        quota(
            ConfigurationName.registrationsPerPrincipal,
            "instances that one principal may have registered",
            \.limits.registrationsPerPrincipal),
        quota(
            ConfigurationName.registrationsPerNamespace,
            "instances that may be registered in one namespace",
            \.limits.registrationsPerNamespace),
    ]

    private static func quota(
        _ name: String, _ meaning: String,
        _ path: any WritableKeyPath<GatewayConfiguration, Int> & Sendable
    ) -> ConfigurationKey {
        whole(
            name, "a number from 1 to \(RegistryLimits.instancesMax)", meaning, path,
            { $0.number }, in: 1...RegistryLimits.instancesMax)
    }

    private static let rates: [ConfigurationKey] = [
        rate(
            "limits.principal_rate", "requests a second that one principal may send",
            \.limits.principalRate),
        rate(
            "limits.principal_burst", "requests that one principal may send at once after a pause",
            \.limits.principalBurst, to: RateBounds.burstMax),
        rate(
            "limits.lease_rate",
            "heartbeats and deregistrations a second that one principal may send besides",
            \.limits.leaseRate),
        rate(
            "limits.source_rate",
            "requests a second without a good credential from one address or IPv6 /64",
            \.limits.sourceRate),
        rate(
            "limits.source_burst", "the same at once after a pause", \.limits.sourceBurst,
            to: RateBounds.burstMax),
        rate(
            "limits.strangers_rate",
            "requests a second without a good credential from all addresses together",
            \.limits.strangersRate),
    ]

    private static func rate(
        _ name: String, _ meaning: String,
        _ path: any WritableKeyPath<GatewayConfiguration, Int> & Sendable,
        to highest: Int = RateBounds.perSecondMax
    ) -> ConfigurationKey {
        whole(
            name, "a number from 1 to \(highest)", meaning, path, { $0.number }, in: 1...highest)
    }
}

private func isPath(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 4096 && !text.utf8.contains(0)
}

private func isSegment(_ text: String) -> Bool {
    let allowed = { (byte: UInt8) in
        byte == 0x2D || byte == 0x2E || byte == 0x5F || (0x30...0x39).contains(byte)
            || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
    return (1...63).contains(text.utf8.count) && text.utf8.allSatisfy(allowed)
        && text != "." && text != ".."
}

private func isTrustDomain(_ text: String) -> Bool {
    let allowed = { (byte: UInt8) in
        byte == 0x2D || byte == 0x2E || byte == 0x5F || (0x30...0x39).contains(byte)
            || (0x61...0x7A).contains(byte)
    }
    return (1...255).contains(text.utf8.count) && text.utf8.allSatisfy(allowed)
}

private func isDNSName(_ text: String) -> Bool {
    guard (1...253).contains(text.utf8.count) else { return false }
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.utf8.count) && isSegment(String(label)) && !label.hasPrefix("-")
            && !label.hasSuffix("-") && !label.utf8.contains(0x5F)
    }
}
