internal import Audit

/// One key of the configuration file: its name, its form, and where its value goes.
public struct ConfigurationKey: Sendable {
    /// The dotted name, as `listen.service`; the variable is `MAXINE_LISTEN_SERVICE`.
    public let name: String
    /// What the value looks like, for messages and the reference.
    public let form: String
    /// What the key is for, one line.
    public let meaning: String
    let apply: @Sendable (inout GatewayConfiguration, ConfigurationValue) -> Bool

    /// The environment variable that overrides the key.
    public var variable: String {
        "MAXINE_" + name.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }

    /// All keys, in the order of the reference.
    public static let all: [ConfigurationKey] =
        identityOfTheGateway + listeners + journal + custody + issuing
        + bounds + policyGates
}

extension ConfigurationKey {
    static func text(
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

    private static func address(
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

    private static func names(
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

    private static let listeners: [ConfigurationKey] = [
        address("listen.service", "mTLS, all APIs", \.listen.service),
        address(
            "listen.people", "HTTPS without client certificates: sign-on, APIs with a credential",
            \.listen.people),
        address(
            "listen.federation",
            "HTTPS without client certificates: bundles, discovery, checkpoint",
            \.listen.federation),
        address("listen.metrics", "Prometheus text and health, plain HTTP", \.listen.metrics),
    ]

    private static let journal: [ConfigurationKey] = [
        optionalPath(
            "audit.dir", "the journal's folder; default: audit in data", \.audit.directory),
        whole(
            "audit.segment_bytes", "a size from 64KiB to 4GiB, as 64MiB",
            "how large a segment gets before the next is begun", \.audit.segmentBytes,
            { $0.bytes }, in: 64 << 10...4 << 30),
        whole(
            "audit.fill_bytes", "a size from 0 to 64MiB, as 4MiB",
            "how far a segment is filled ahead", \.audit.fillBytes, { $0.bytes }, in: 0...64 << 20),
        ConfigurationKey(
            name: "audit.origin", form: "a name without blanks and '+', as example.org/audit",
            meaning: "the log's name in checkpoints; default: <trust_domain>/<datacenter>/audit"
        ) { configuration, value in
            guard let text = value.text, VerifierKey.isKeyName(text) else { return false }
            configuration.audit.origin = text
            return true
        },
        whole(
            "audit.checkpoint_interval", "a duration from 1s to 1h, as 1s",
            "the least time between two signed checkpoints", \.audit.checkpointSeconds,
            { $0.seconds }, in: 1...3600),
        optionalPath(
            "audit.anchor_file", "a file on another disk that gets each checkpoint",
            \.audit.anchorFile),
        optionalPath(
            "audit.publish", "a folder that gets the log as static tiles (C2SP tlog-tiles)",
            \.audit.publishDirectory),
        text(
            "audit.index", "on or off", "whether an index of the journal is kept for queries",
            \.audit.index, { ["on", "off"].contains($0) }),
        optionalPath(
            "audit.exporters", "a file of live exporters, docs/audit-export.md",
            \.audit.exportersFile),
        optionalPath(
            "audit.alerts",
            "a file of alert rules; default: none, policies/alerts/default.yaml ships",
            \.audit.alertsFile),
    ]

    private static let custody: [ConfigurationKey] = [
        names(
            "audit.personal", "a list of service, user, key, operator",
            "the kinds of principals that are people: records name them by pseudonym only",
            \.audit.personalKinds, { ["service", "user", "key", "operator"].contains($0) }),
        optionalPath(
            "audit.subject_key", "the file of the key that wraps the keys of people",
            \.audit.subjectKeyFile),
        ConfigurationKey(
            name: "audit.compress", form: "true or false",
            meaning: "whether sealed segments are compressed"
        ) { configuration, value in
            guard let text = value.text, ["true", "false"].contains(text) else { return false }
            configuration.audit.compresses = text == "true"
            return true
        },
        whole(
            "audit.retention", "a duration from 1h to 36500d, or 0s for ever",
            "how long records are kept; whole segments are removed", \.audit.retentionSeconds,
            { $0.seconds }, in: 0...36_500 * 86_400),
        whole(
            "audit.self_audit", "a duration from 1s to 365d, or 0s for never",
            "how often all sealed segments are proved again", \.audit.selfAuditSeconds,
            { $0.seconds }, in: 0...365 * 86_400),
        whole(
            "audit.self_audit_rate", "a size from 64KiB to 4GiB, a second",
            "the most bytes a second that are read for it", \.audit.selfAuditBytesPerSecond,
            { $0.bytes }, in: 64 << 10...4 << 30),
        whole(
            "audit.custody_interval", "a duration from 1s to 1d",
            "how often sealed segments are looked at, to compress or remove them",
            \.audit.custodySeconds, { $0.seconds }, in: 1...86_400),
        whole(
            "audit.free_low", "a size, or 0 for 1 % of the disk, at most 1GiB",
            "below so many free bytes readiness says so", \.audit.freeLowBytes, { $0.bytes },
            in: 0...1 << 50),
        whole(
            "audit.free_critical", "a size, or 0 for 0.25 % of the disk, at most 256MiB",
            "below so many free bytes everything is refused, before the disk is full",
            \.audit.freeCriticalBytes, { $0.bytes }, in: 0...1 << 50),
    ]

    private static let issuing: [ConfigurationKey] = [
        whole(
            "identity.svid_ttl", "a duration from 5s to 7d, as 1h",
            "the lifetime of an SVID where the request names none", \.identity.svidTTLSeconds,
            { $0.seconds }, in: 5...604_800),
        whole(
            "identity.svid_ttl_max", "a duration from 5s to 7d, as 24h",
            "the longest lifetime that a request may name", \.identity.svidTTLSecondsMax,
            { $0.seconds }, in: 5...604_800),
        whole(
            "identity.server_ttl", "a duration from 5s to 30d, as 24h",
            "the lifetime of the gateway's own certificate", \.identity.serverTTLSeconds,
            { $0.seconds }, in: 5...2_592_000),
        whole(
            "identity.ca_ttl", "a duration from 30s to 1095d, as 365d",
            "the life of an issuing authority, at least six times what it issues",
            \.identity.authorityTTLSeconds, { $0.seconds }, in: 30...94_608_000),
        whole(
            "identity.root_ttl", "a duration from 3m to 7300d, as 3650d",
            "the life of a root, at least six times identity.ca_ttl", \.identity.rootTTLSeconds,
            { $0.seconds }, in: 180...630_720_000),
        whole(
            "identity.jwt_ttl_max", "a duration from 1s to 24h, as 1h",
            "the longest lifetime of a JWT-SVID", \.identity.tokenTTLSecondsMax,
            { $0.seconds }, in: 1...86_400),
        whole(
            "identity.jwt_key_ttl", "a duration from 6s to 365d, as 30d",
            "the life of a key that signs JWT-SVIDs, at least six times identity.jwt_ttl_max",
            \.identity.tokenKeyTTLSeconds, { $0.seconds }, in: 6...31_536_000),
        ConfigurationKey(
            name: "identity.jwt_issuer", form: "an https URL without a slash at its end",
            meaning: "the issuer that JWT-SVIDs name; default: https:// and the trust domain"
        ) { configuration, value in
            guard let text = value.text, text.hasPrefix("https://"), text.utf8.count <= 512,
                !text.hasSuffix("/")
            else { return false }
            configuration.identity.tokenIssuer = text
            return true
        },
        whole(
            "identity.bundle_refresh", "a duration from 1s to 24h, as 5m",
            "how often readers should ask for the trust bundle", \.identity.bundleRefreshSeconds,
            { $0.seconds }, in: 1...86_400),
        optionalPath(
            "identity.key_seal", "a file with the secret that private keys are sealed with",
            \.identity.keySealFile),
        ConfigurationKey(
            name: "identity.openbao_address",
            form: "an https URL, or an http URL of a loopback address, without a path",
            meaning: "an OpenBao server whose transit engine keeps all private keys"
        ) { configuration, value in
            guard let text = value.text, OpenBaoAddress(text) != nil else { return false }
            configuration.identity.openBaoAddress = text
            return true
        },
        optionalPath(
            "identity.openbao_token_file", "a file with OpenBao's token",
            \.identity.openBaoTokenFile),
        text(
            "identity.openbao_mount", "a name of letters, digits, '.', '_' and '-'",
            "where OpenBao's transit engine is mounted", \.identity.openBaoMount, isSegment),
        names(
            "identity.dns_names", "a list of DNS names",
            "further names in the gateway's own certificate", \.identity.dnsNames, isDNSName),
        names(
            "identity.ip_addresses", "a list of IP addresses",
            "further addresses in the gateway's own certificate", \.identity.ipAddresses,
            { ConfigurationValue.isIPLiteral($0) }),
    ]

    private static let bounds: [ConfigurationKey] = [
        whole(
            "limits.connections_max", "a number from 1 to 1000000", "the most connections at once",
            \.limits.connectionsMax, { $0.number }, in: 1...1_000_000),
        whole(
            "limits.drain", "a duration from 0s to 10m, as 10s",
            "the longest wait for open requests when the gateway stops", \.limits.drainSeconds,
            { $0.seconds }, in: 0...600),
    ]
}
