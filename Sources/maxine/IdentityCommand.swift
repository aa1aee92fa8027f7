import ArgumentParser
import Foundation
import NIOHTTP1
import PKI
import Policy
import StrictJSON
import Text

struct IdentityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity", abstract: "Identities of workloads.",
        subcommands: [IdentityIssue.self, IdentityRenew.self, IdentityRevoke.self])
}

struct IdentityIssue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue",
        abstract: "Make a key, have its certificate issued, write svid.pem, svid.key, bundle.pem.")

    @Option(help: "The service that the identity is for.") var service: String
    @Option(help: "The service's namespace.") var namespace = "default"
    @Option(
        help: "The trust domain; asked of the gateway where it or the datacentre is not named.")
    var trustDomain: String?
    @Option(help: "The datacentre.") var datacenter: String?
    @Option(help: "How long it is valid, as 30m, 1h or 7d; default: the gateway's.")
    var ttl: String?
    @Option(help: "The folder to write to; made if it is not there.") var out: String
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let ttlSeconds = try ttl.map { try DurationText.seconds($0, of: "--ttl") }
        let client = try GatewayClient(options)
        let place = try await place(client)
        let request = try signingRequest(
            trustDomain: place.trustDomain, datacenter: place.datacenter)
        let answer = try await client.send(
            .POST, "/identity/x509-svids", body: IdentityBody.text(request.csrPEM, ttlSeconds))
        try write(answer, key: request.privateKeyPEM)
        if options.json { return Terminal.print(json: jsonText(summary(of: answer))) }
        Terminal.print(
            "issued \(answer?["spiffeId"]?.string ?? "?") until \(answer?["expiresAt"]?.string ?? "?")"
                + " to \(out)/")
    }

    /// What identities are named by; whoever names both needs no role that reads the status, as a pod has none.
    private func place(
        _ client: GatewayClient
    ) async throws -> (trustDomain: String, datacenter: String) {
        if let trustDomain, let datacenter { return (trustDomain, datacenter) }
        let status = try await client.send(.GET, "/status")
        guard let known = status?["trustDomain"]?.string,
            let center = status?["datacenter"]?.string
        else { throw Failure(.failed, "maxine: the gateway does not say its trust domain") }
        return (trustDomain ?? known, datacenter ?? center)
    }

    private func signingRequest(
        trustDomain: String, datacenter: String
    ) throws -> GeneratedSigningRequest {
        do {
            let id = try IdentityTemplate.consul.spiffeID(
                for: ServiceIdentity(
                    trustDomain: trustDomain, namespace: namespace, datacenter: datacenter,
                    service: service))
            return try GeneratedSigningRequest(for: id)
        } catch {
            throw Failure(
                .usage, "maxine: no identity for service \(quote(service)): \(sentence(of: error))")
        }
    }

    private func write(_ answer: JSONValue?, key: String) throws {
        guard let chain = answer?["chain"]?.string, let bundle = answer?["bundle"]?.string else {
            throw Failure(.failed, "maxine: the answer holds no certificate")
        }
        let folder = IdentityFolder(out)
        do {
            if try folder.changesAtOnce {
                return try folder.write(.init(chain: chain, key: key, bundle: bundle))
            }
            try FileManager.default.createDirectory(
                atPath: out, withIntermediateDirectories: true)
            let files = PosixFiles()
            try files.replace(out + "/svid.key", Array(key.utf8), mode: 0o600)
            try files.replace(out + "/svid.pem", Array(chain.utf8), mode: 0o644)
            try files.replace(out + "/bundle.pem", Array(bundle.utf8), mode: 0o644)
        } catch {
            throw Failure(.failed, "maxine: cannot write to \(out): \(sentence(of: error))")
        }
    }

    private func summary(of answer: JSONValue?) -> JSONValue {
        .object(
            ["spiffeId", "expiresAt"].compactMap { name in
                answer?[name].map { JSONMember(name: name, value: $0) }
            } + [.text("out", out)])
    }
}
