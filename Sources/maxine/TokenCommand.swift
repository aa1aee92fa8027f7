import ArgumentParser
import Auth
import Foundation
import StrictJSON
import Text

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Tokens of this gateway.",
        subcommands: [TokenExchange.self, TokenInspect.self, TokenRetireKey.self])
}

/// Where a token comes from: never an argument, since others can read a process's arguments.
struct TokenSource: ParsableArguments {
    @Argument(help: "A file that holds the token, or - for standard input; default: MAXINE_TOKEN.")
    var file: String?

    /// The token without white space around it.
    ///
    /// - Throws: ``Failure`` that says where it could come from.
    func read() throws -> String {
        let text: String
        if let file {
            guard let bytes = try InputFile.read(file) else {
                throw Failure(.usage, "maxine: there is no file \(quote(file))")
            }
            text = String(decoding: bytes, as: UTF8.self)
        } else {
            text = ProcessInfo.processInfo.environment["MAXINE_TOKEN"] ?? ""
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty else {
            throw Failure(
                .usage, "maxine: no token: name its file, - for standard input, or set MAXINE_TOKEN"
            )
        }
        return token
    }
}

struct TokenExchange: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange",
        abstract:
            "Have a token of a configured issuer exchanged for one of the gateway's; prints it.")

    @Option(help: "Who the new token is for; default: the gateway itself.") var audience: String?
    @OptionGroup var source: TokenSource
    @OptionGroup var options: ClientOptions

    func run() async throws {
        var form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", try source.read()),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ]
        if let audience { form.append(("audience", audience)) }
        var options = options
        options.bringsToken = true
        let answer = try await GatewayClient(options).send(form: form, to: "/auth/token")
        if options.json { return Terminal.print(json: jsonText(answer)) }
        guard let token = answer?["access_token"]?.string else {
            throw Failure(.failed, "maxine: the answer holds no token")
        }
        // Alone on stdout, so that scripts take it as it is.
        Terminal.print(token)
        let text = CompactText(token)
        let bound = text?.claims["cnf"] == nil ? "" : ", with this client certificate only"
        Terminal.error(
            "token \(text?.claims["jti"]?.string ?? "?") for \(text?.claims["sub"]?.string ?? "?"),"
                + " good for \(answer?["expires_in"]?.integer ?? 0) s\(bound)")
    }
}

struct TokenInspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a token says, without its signature. Verifies nothing, asks nobody.")

    @OptionGroup var source: TokenSource
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        guard let token = CompactText(try source.read()) else {
            throw Failure(
                .failed, "maxine: that is no token of three parts with JSON in the first two")
        }
        if json {
            return Terminal.print(
                json: jsonText(
                    .object([
                        JSONMember(name: "header", value: token.header),
                        JSONMember(name: "claims", value: token.claims),
                    ])))
        }
        Terminal.fields(token.lines(token.header) + token.lines(token.claims))
        Terminal.error("nothing of this was verified")
    }
}

/// A token's header and claims; its signature is left where it was.
struct CompactText {
    let header: JSONValue
    let claims: JSONValue

    /// Takes a token apart; nil for what is none.
    init?(_ token: String) {
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Base64URL.decode(parts[0]),
            let body = Base64URL.decode(parts[1]), let header = try? StrictJSON.parse(head),
            let claims = try? StrictJSON.parse(body), case .object = header, case .object = claims
        else { return nil }
        self.header = header
        self.claims = claims
    }

    /// A line for each member; moments in words, too.
    func lines(_ value: JSONValue) -> [(String, String)] {
        guard case .object(let members) = value else { return [] }
        return members.map { member in
            let text = member.value.string ?? jsonText(member.value)
            guard ["exp", "iat", "nbf"].contains(member.name), let seconds = member.value.integer,
                (0...Self.secondsMax).contains(seconds)
            else { return (member.name, text) }
            return (
                member.name, "\(text) (\(CivilTime(secondsSince1970: seconds).rfc3339))"
            )
        }
    }

    /// The end of the year 9999.
    private static let secondsMax: Int64 = 253_402_300_799
}
