import ArgumentParser
import Audit
import Gateway
import NIOHTTP1
import PKI
import StrictJSON
import Text

struct CARequest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csr",
        abstract: "Make the request for an intermediate that a root signs elsewhere; prints it.")

    @OptionGroup var exchange: LocalExchange
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let csr: String?
        if let settings = try exchange.settings(options) {
            csr = try await exchange.done { try await Assembly.requestIntermediate(settings) }
        } else {
            csr = try await GatewayClient(options).send(.POST, "/ca/csr")?["csr"]?.string
        }
        if options.json {
            return Terminal.print(json: jsonText(.object([.text("csr", csr ?? "")])))
        }
        // Text of several lines that is a file's.
        for line in (csr ?? "").split(separator: "\n") { Terminal.print(String(line)) }
    }
}

struct CAInstall: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Take the certificate of a request; its intermediate is prepared then.")

    @Argument(help: "The certificate, PEM; - for standard input.") var file: String
    @OptionGroup var exchange: LocalExchange
    @OptionGroup var options: ClientOptions

    func run() async throws {
        guard let bytes = try InputFile.read(file),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw Failure(.usage, "maxine: there is no certificate in \(quote(file))") }
        guard let settings = try exchange.settings(options) else {
            return try await CACommand.take("install", [("certificate", .string(text))], options)
        }
        let prepared = try await exchange.done {
            try await Assembly.installIntermediate(settings, certificate: text)
        }
        guard options.json else { return prepared.forEach { Terminal.print("prepared: \($0)") } }
        Terminal.print(
            json: jsonText(
                .object([
                    .text("step", "install"),
                    .init(name: "prepared", value: .array(prepared.map { .string($0) })),
                ])))
    }
}

struct CAInstallList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install-crl",
        abstract: "Show a list of revoked certificates that was made where a root's key is.",
        discussion: """
            The list is checked: the root has signed it, its number is greater than that of the last one, it is good now, and it \
            names what is revoked here of the authorities below the root. It is shown on the revocation listener until its end or the \
            next one; `maxine ca show` says when it ends.
            """)

    @Argument(help: "The list, PEM or DER; - for standard input.") var file: String
    @OptionGroup var exchange: LocalExchange
    @OptionGroup var options: ClientOptions

    func run() async throws {
        guard let bytes = try InputFile.read(file), let text = UnverifiedList.pem(bytes) else {
            throw Failure(
                .usage, "maxine: there is no list of revoked certificates in \(quote(file))")
        }
        guard let settings = try exchange.settings(options) else {
            return try await CACommand.take("install-crl", [("crl", .string(text))], options)
        }
        let listed = try await exchange.done {
            try await Assembly.installList(settings, list: text)
        }
        guard options.json else { return listed.forEach { Terminal.print("listed: \($0)") } }
        Terminal.print(
            json: jsonText(
                .object([
                    .text("step", "install-crl"),
                    .init(name: "listed", value: .array(listed.map { .string($0) })),
                ])))
    }
}

/// The exchange with a root that is kept elsewhere, where nobody's certificate is good any more.
struct LocalExchange: ParsableArguments {
    @Flag(
        help:
            "On the gateway's own machine, by root or the gateway's user, without a certificate and whether or not it runs."
    )
    var local = false
    @OptionGroup var configuration: ConfigurationOption

    /// Where the gateway is; nil where it is asked over the network.
    func settings(_ options: ClientOptions) throws -> GatewayConfiguration? {
        guard local else {
            guard configuration.config == nil else {
                throw ValidationError("--config goes with --local")
            }
            return nil
        }
        guard options.addr == nil, options.cert == nil, options.key == nil, options.cacert == nil
        else {
            throw ValidationError(
                "--addr, --cert, --key and --cacert do not go with --local: no connection is made")
        }
        return try configuration.load().configuration
    }

    /// Does it, and says what stands against it.
    func done<R>(_ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch AuditError.locked {
            throw Failure(
                .failed,
                "maxine: a gateway runs on the folder and does not answer there: stop it first")
        } catch {
            throw Failure(.failed, "maxine: \(sentence(of: error))")
        }
    }
}

struct CAExportRootKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export-root-key",
        abstract: "Take the root's key off this machine.",
        discussion: """
            Runs on the gateway's machine, with the gateway stopped. The key is written to a new file, read \
            again, and removed here; both is in the log. From then on intermediates are made by `maxine ca csr` \
            and `maxine ca install`. Move the file to where it is safe, and keep a second copy: without it the \
            trust domain ends with its intermediate.
            """)

    @Option(help: "The file that gets the key; it must not be there.") var out: String
    @OptionGroup var configuration: ConfigurationOption
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let settings = try configuration.load().configuration
        let keyID: String
        do {
            keyID = try await Assembly.exportRootKey(settings, to: out)
        } catch AuditError.locked {
            throw Failure(
                .failed, "maxine: a gateway runs on \(settings.dataDirectory): stop it first")
        } catch {
            throw Failure(.failed, "maxine: \(sentence(of: error))")
        }
        if json {
            var writer = JSONWriter()
            writer.raw("{\"authority\":")
            writer.string(keyID)
            writer.raw(",\"file\":")
            writer.string(out)
            writer.raw("}")
            return Terminal.print(json: String(decoding: writer.bytes, as: UTF8.self))
        }
        Terminal.print("the key of the root \(keyID) is in \(out), and on this machine no more")
    }
}
