import Gateway
import Testing

@Suite struct ConfigurationTests {
    private func load(
        _ text: String?, _ environment: [String: String] = [:]
    ) throws(ConfigurationErrors) -> GatewayConfiguration {
        try ConfigurationFile.load(
            yaml: text.map { ("maxine.yaml", $0) }, environment: environment
        ).configuration
    }

    @Test func everyKeyIsOptional() throws {
        #expect(try load(nil) == GatewayConfiguration())
        #expect(try load("") == GatewayConfiguration())
    }

    @Test func readsEveryForm() throws {
        let configuration = try load(
            """
            trust_domain: example.org
            listen: { service: "[::1]:9000", metrics: "127.0.0.1:0" }
            audit: { dir: /var/log/maxine, segment_bytes: 1MiB, fill_bytes: 64KiB }
            identity: { svid_ttl: 30m, dns_names: [a.example.org, b.example.org] }
            limits:
              drain: 5s
              principal_rate: 1000
              source_burst: 7
            """)
        #expect(configuration.trustDomain == "example.org")
        #expect(configuration.listen.service == ListenAddress(host: "::1", port: 9000))
        #expect(configuration.auditDirectory == "/var/log/maxine")
        #expect(configuration.audit.segmentBytes == 1 << 20)
        #expect(configuration.identity.svidTTLSeconds == 1800)
        #expect(configuration.identity.dnsNames == ["a.example.org", "b.example.org"])
        #expect(configuration.limits.drainSeconds == 5)
        #expect(configuration.limits.principalRate == 1000)
        #expect(configuration.limits.sourceBurst == 7)
    }

    @Test func anEmptyVariableIsUnset() throws {
        let read = try load("listen: { service: \"127.0.0.1:9\" }", ["MAXINE_LISTEN_SERVICE": ""])
        #expect(read.listen.service.port == 9)
    }

    /// Kubernetes sets these in every container beside a Service called maxine.
    @Test func kubernetesServiceLinksArePassedOver() throws {
        #expect(throws: Never.self) {
            try load(
                nil,
                [
                    "MAXINE_PORT": "tcp://10.0.0.1:8443", "MAXINE_SERVICE_HOST": "10.0.0.1",
                    "MAXINE_SERVICE_PORT": "8443", "MAXINE_SERVICE_PORT_HTTPS": "8443",
                    "MAXINE_PORT_8443_TCP": "tcp://10.0.0.1:8443",
                    "MAXINE_PORT_8443_TCP_PROTO": "tcp", "MAXINE_PORT_8443_TCP_ADDR": "10.0.0.1",
                ])
        }
        #expect(throws: (any Error).self) { try load(nil, ["MAXINE_PORT": "8443"]) }
    }

    @Test func environmentOverridesTheFile() throws {
        let configuration = try load(
            "trust_domain: file.example", ["MAXINE_TRUST_DOMAIN": "env.example", "HOME": "/root"])
        #expect(configuration.trustDomain == "env.example")
    }

    @Test func clientVariablesAreNotTheGateways() throws {
        let client = ["MAXINE_ADDR": "x", "MAXINE_CERT": "x", "MAXINE_KEY": "x"]
        #expect(try load(nil, client) == GatewayConfiguration())
    }

    @Test func saysAboutListenersThatAreNotServed() throws {
        let loaded = try ConfigurationFile.load(
            yaml: ("maxine.yaml", "listen: { dns: \"127.0.0.1:8600\" }"), environment: [:])
        #expect(
            loaded.warnings == [
                "maxine.yaml:1:11: listen.dns is set, but this version serves nothing there"
            ])
    }

    @Test func theListenersWithoutCertificatesHaveTheirPortsOrAreOff() throws {
        let shipped = try load(nil).listen
        #expect(shipped.people == ListenAddress(host: "127.0.0.1", port: 8444))
        #expect(shipped.federation == ListenAddress(host: "127.0.0.1", port: 8445))
        let set = try load("listen: { people: off, federation: \"10.0.0.1:443\" }").listen
        #expect(set.people == nil && set.federation?.port == 443)
        let free = try load("listen: { service: \"127.0.0.1:0\", federation: \"[::1]:1\" }").listen
        #expect(free.people == ListenAddress(host: "127.0.0.1", port: 0))
        #expect(free.federation == ListenAddress(host: "::1", port: 1))
        let proxies = try load("trusted_proxies: [10.0.0.0/8, \"::1\"]").trustedProxies
        #expect(proxies == ["10.0.0.0/8", "::1"])
    }

    @Test(arguments: [
        (
            "people: { cert: a.pem }",
            "people.cert and people.key go together"
        ),
        (
            "listen: { people: never }",
            "maxine.yaml:1:11: listen.people must be an IP address and port, as 127.0.0.1:8444, or"
                + " off, got \"never\""
        ),
        (
            "trusted_proxies: [10.0.0.1/8]",
            "maxine.yaml:1:1: trusted_proxies must be a list of IP addresses and networks, as"
                + " 10.0.0.0/8"
        ),
        (
            "limits: { lease_rate: 0 }",
            "maxine.yaml:1:11: limits.lease_rate must be a number from 1 to 1000000, got \"0\""
        ),
        ("nonsense: 1", "maxine.yaml:1:1: unknown key \"nonsense\""),
        (
            "\nlisten:\n  servcie: \"127.0.0.1:1\"",
            "maxine.yaml:3:3: unknown key \"listen.servcie\", did you mean 'listen.service'?"
        ),
        (
            "listen: { service: \"localhost:1\" }",
            "maxine.yaml:1:11: listen.service must be an IP address and port, as 127.0.0.1:8443,"
                + " got \"localhost:1\""
        ),
        (
            "listen: { service: \"127.0.0.1:70000\" }",
            "maxine.yaml:1:11: listen.service must be an IP address and port, as 127.0.0.1:8443,"
                + " got \"127.0.0.1:70000\""
        ),
        (
            "trust_domain: Example.org",
            "maxine.yaml:1:1: trust_domain must be a SPIFFE trust domain, as example.org,"
                + " got \"Example.org\""
        ),
        (
            "datacenter: \"a/b\"",
            "maxine.yaml:1:1: datacenter must be a name of letters, digits, '.', '_' and '-',"
                + " got \"a/b\""
        ),
        (
            "trust_domain: [a]",
            "maxine.yaml:1:1: trust_domain must be a SPIFFE trust domain, as example.org"
        ),
        (
            "identity: { svid_ttl: 5 }",
            "maxine.yaml:1:13: identity.svid_ttl must be a duration from 5s to 7d, as 1h, got \"5\""
        ),
        (
            "identity: { svid_ttl: 2d }",
            "identity.svid_ttl must not be above identity.svid_ttl_max"
        ),
        (
            "identity: { intermediate_ttl: 10h, svid_ttl_max: 5h, server_ttl: 6h }",
            "identity.server_ttl (6h) must not be above half of identity.intermediate_ttl (10h),"
                + " since the next authority takes over at half of a life: set identity.server_ttl"
                + " to at most 5h, or identity.intermediate_ttl to at least 12h"
        ),
        (
            "identity: { intermediate_ttl: 40h, svid_ttl_max: 72001s, server_ttl: 1h }",
            "identity.svid_ttl_max (72001s) must not be above half of identity.intermediate_ttl"
                + " (40h), since the next authority takes over at half of a life: set"
                + " identity.svid_ttl_max to at most 20h, or identity.intermediate_ttl to at least"
                + " 144002s"
        ),
        (
            "identity: { root_ttl: 365d }",
            "identity.intermediate_ttl (365d) must not be above half of identity.root_ttl (365d),"
                + " since the next authority takes over at half of a life: set"
                + " identity.intermediate_ttl to at most 4380h, or identity.root_ttl to at least"
                + " 730d"
        ),
        (
            "audit: { segment_bytes: 1 }",
            "maxine.yaml:1:10: audit.segment_bytes must be a size from 64KiB to 4GiB, as 64MiB,"
                + " got \"1\""
        ),
        (
            "auth: { saml: [ { name: a, metadata_file: b, url: \"https://a\" } ] }",
            "maxine.yaml:1:46: unknown key \"auth.saml.url\""
        ),
        (
            "data: ./a\ndata: ./b",
            "maxine.yaml:1:1: key 'data' stands more than once in this mapping"
        ),
        (
            "data: &x ./a",
            "maxine.yaml:1:7: anchors and aliases are not allowed"
                + " (write the value out, or quote it if it begins with '&' or '*')"
        ),
        ("- a", "maxine.yaml:1:1: expected a mapping of keys, got a list"),
        (
            "data: [",
            "maxine.yaml:2:1: not YAML: while parsing a flow node, did not find expected node content"
        ),
        (
            "log: { level: loud }",
            "maxine.yaml:1:8: log.level must be trace, debug, info, notice, warning or error,"
                + " got \"loud\""
        ),
        (
            "identity: { dns_names: [\"-bad\"] }",
            "maxine.yaml:1:13: identity.dns_names must be a list of DNS names"
        ),
        (
            "limits: { connections_max: 0 }",
            "maxine.yaml:1:11: limits.connections_max must be a number from 1 to 1000000, got \"0\""
        ),
    ])
    func refuses(text: String, message: String) {
        let errors = #expect(throws: ConfigurationErrors.self) { try load(text) }
        #expect(errors?.faults == [message])
    }

    @Test func refusesUnknownVariables() {
        let errors = #expect(throws: ConfigurationErrors.self) {
            try load(nil, ["MAXINE_TRUST_DOMIAN": "a"])
        }
        #expect(
            errors?.faults == [
                "MAXINE_TRUST_DOMIAN: unknown variable, did you mean 'MAXINE_TRUST_DOMAIN'?"
            ])
    }

    @Test func saysAllFaultsAtOnce() {
        let errors = #expect(throws: ConfigurationErrors.self) {
            try load("one: 1\ntwo: 2\ndata: \"\"")
        }
        #expect(errors?.faults.count == 3)
    }
}
