import ArgumentParser
import Foundation
import NIOHTTP1
import StrictJSON

struct Login: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Sign on; other commands use the session.",
        discussion: """
            With --user by a name and a password; with --browser or --device as the person who confirms it in a browser, at any provider; else by \
            a token (MAXINE_TOKEN) or an operator's certificate, or, where there is neither, in a browser: on this machine where one can be \
            opened, else by a code. --addr is the people listener's.
            """
    )

    @Option(help: "The name at a provider that takes passwords.") var user: String?
    @Option(help: "The provider to sign on at, where there are several.") var provider: String?
    @Flag(help: "Confirm in a browser on this machine.") var browser = false
    @Flag(help: "Confirm with a code, in a browser anywhere.") var device = false
    @Flag(help: "With --device and --provider: confirm at the provider's own page.")
    var atProvider = false
    @Flag(help: "Read the password from standard input, not from the terminal.")
    var passwordStdin = false
    @OptionGroup var options: ClientOptions

    func validate() throws {
        if user == nil, passwordStdin {
            throw ValidationError("--password-stdin needs --user")
        }
        if atProvider, !device || provider == nil {
            throw ValidationError("--at-provider goes with --device and --provider")
        }
        if [user != nil, browser, device].count(where: { $0 }) > 1 {
            throw ValidationError(
                "--user, --browser and --device are three ways to sign on: take one")
        }
    }

    func run() async throws {
        let client = try GatewayClient(options, usesSavedSession: false)
        let answer: JSONValue?
        if isByBrowser {
            answer = try await byBrowser(client)
        } else {
            answer = try await client.send(
                .POST, "/auth/login", body: try body(), isAnonymous: user != nil)
        }
        try SessionAnnouncement(answer, at: client.address, json: options.json).keep()
    }

    /// Whether a person confirms it in a browser: where that is said, or nothing else could speak.
    private var isByBrowser: Bool {
        browser || device || (user == nil && (provider != nil || !options.hasSpeaker))
    }

    private func byBrowser(_ client: GatewayClient) async throws -> JSONValue? {
        let program = ProgramSignOn(
            client: client, provider: provider, isAtProvider: atProvider)
        let opener = Browser()
        guard browser || (!device && opener.isThere) else { return try await program.byCode() }
        return try await program.byBrowser(opener)
    }

    private func body() throws -> [UInt8] {
        guard let user else { return Array(#"{"cookie":false}"#.utf8) }
        guard ProcessInfo.processInfo.environment["MAXINE_TOKEN"] == nil else {
            throw Failure(
                .usage, "maxine: MAXINE_TOKEN and --user are two ways to sign on: take one")
        }
        let bytes = try PasswordInput.read(fromInput: passwordStdin)
        guard let password = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.usage, "maxine: the password is not UTF-8")
        }
        var writer = JSONWriter()
        writer.raw("{\"cookie\":false,\"user\":")
        writer.string(user)
        writer.raw(",\"password\":")
        writer.string(password)
        if let provider {
            writer.raw(",\"provider\":")
            writer.string(provider)
        }
        writer.raw("}")
        return writer.bytes
    }
}

struct Logout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sign off: end the session that login saved.")

    @Flag(help: "End all sessions of yours, wherever they are.") var everywhere = false
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = try GatewayClient(options)
        do {
            _ = try await client.send(
                .POST, "/auth/logout", body: Array("{\"everywhere\":\(everywhere)}".utf8))
        } catch let failure as Failure where failure.status == .notAuthenticated {
            // It has ended already.
            if options.savedSession != nil { SavedSession.remove() }
            throw failure
        }
        if everywhere || options.savedSession != nil { SavedSession.remove() }
        if options.json { return Terminal.print(json: "{}") }
        Terminal.print(everywhere ? "signed off everywhere" : "signed off")
    }
}

struct BootstrapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bootstrap",
        abstract: "Let the first person in, by the one-time token of the first start.")

    @Option(help: "The file of the token, or - for standard input.")
    var tokenFile = "certs/bootstrap.token"
    @Flag(help: "End all that came of the bootstrap, and print a new token; for operators.")
    var reset = false
    @OptionGroup var options: ClientOptions

    func run() async throws {
        if reset { return try await startAnew() }
        guard let bytes = try InputFile.read(tokenFile) else {
            throw Failure(
                .usage,
                "maxine: there is no \(tokenFile): it was used, or the gateway started elsewhere;"
                    + " an operator signs on with 'maxine login', or makes a new one with --reset")
        }
        let token = String(decoding: bytes, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let client = try GatewayClient(options, usesSavedSession: false)
        var writer = JSONWriter()
        writer.raw("{\"token\":")
        writer.string(token)
        writer.raw("}")
        let answer = try await client.send(
            .POST, "/auth/bootstrap", body: writer.bytes, isAnonymous: true)
        try SessionAnnouncement(answer, at: client.address, json: options.json).keep()
    }

    private func startAnew() async throws {
        let answer = try await GatewayClient(options).send(.DELETE, "/auth/bootstrap")
        if options.json { return Terminal.print(json: jsonText(answer)) }
        Terminal.print(answer?["token"]?.string ?? "")
        Terminal.error(
            "good once, until \(answer?["expiresAt"]?.string ?? "?"); what came of the last one has ended"
        )
    }
}

/// A session that was opened: kept in its file, and told of without its secret.
struct SessionAnnouncement {
    let answer: JSONValue?
    let address: String
    let json: Bool

    init(_ answer: JSONValue?, at address: String, json: Bool) {
        self.answer = answer
        self.address = address
        self.json = json
    }

    func keep() throws {
        guard let secret = answer?["session"]?.string else {
            throw Failure(.failed, "maxine: the gateway's answer holds no session")
        }
        try SavedSession(address: address, secret: secret).save()
        guard !json else {
            guard case .object(let members)? = answer else { return }
            return Terminal.print(
                json: jsonText(.object(members.filter { $0.name != "session" })))
        }
        Terminal.print(
            "signed on as \(answer?["holder"]?["id"]?.string ?? "?") until"
                + " \(answer?["expiresAt"]?.string ?? "?"); saved in \(SavedSession.path)")
    }
}
