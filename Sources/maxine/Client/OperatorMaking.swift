import ArgumentParser
import Audit
import Gateway
import NIOHTTP1
import PKI
import Policy
import StrictJSON

/// How an operator's identity is made: on this machine, or by the gateway that is asked.
struct OperatorMaking: ParsableArguments {
    @Option(
        help: "Ask the running gateway, as another operator, and write to this folder.")
    var out: String?
    @Option(help: "With --out: the trust domain; asked of the gateway where it is not named.")
    var trustDomain: String?
    @Option(help: "With --out: how long it is valid; default and most: as the gateway says.")
    var ttl: String?
    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var options: ClientOptions

    /// Where the files are written.
    func folder() throws -> String {
        try out ?? configuration.load().configuration.certsDirectory
    }

    /// Makes it, and says what was written.
    func make(_ name: String) async throws {
        let folder: String
        let lines: [String]
        if let out {
            folder = out
            lines = try await asked(name, out)
        } else {
            guard options.addr == nil, options.cert == nil, ttl == nil, trustDomain == nil else {
                throw ValidationError(
                    "--addr, --cert, --ttl and --trust-domain go with --out: without it an operator is made on this machine"
                )
            }
            let settings = try configuration.load().configuration
            folder = settings.certsDirectory
            lines = try await made(name, settings)
        }
        guard options.json else { return lines.forEach { Terminal.print($0) } }
        Terminal.print(
            json: jsonText(.object([.text("operator", name), .text("folder", folder)])))
    }

    private func made(_ name: String, _ settings: GatewayConfiguration) async throws -> [String] {
        do {
            return try await Assembly.createOperator(settings, name: name)
        } catch AuditError.locked {
            throw Failure(
                .failed,
                "maxine: a gateway runs on \(settings.dataDirectory) and does not answer there: stop it first"
            )
        } catch {
            throw Failure(.failed, "maxine: \(sentence(of: error))")
        }
    }

    private func asked(_ name: String, _ out: String) async throws -> [String] {
        let seconds = try ttl.map { try DurationText.seconds($0, of: "--ttl") }
        let client = try GatewayClient(options)
        do {
            let domain: String
            if let trustDomain {
                domain = trustDomain
            } else {
                domain = try await client.send(.GET, "/status")?["trustDomain"]?.string ?? ""
            }
            let request = try GeneratedSigningRequest(
                for: SPIFFEID(trustDomain: domain, segments: ["operator", name]))
            let answer = try await client.send(
                .POST, "/identity/operators", body: IdentityBody.text(request.csrPEM, seconds))
            guard let chain = answer?["chain"]?.string, let bundle = answer?["bundle"]?.string
            else { throw Failure(.failed, "maxine: the answer holds no certificate") }
            return try OperatorFiles(out).write(
                name, key: request.privateKeyPEM, chain: chain, bundle: bundle
            ).map { "wrote \($0.purpose): \($0.path)" }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.failed, "maxine: \(sentence(of: error))")
        }
    }
}
