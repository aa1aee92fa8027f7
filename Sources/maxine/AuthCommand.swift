import ArgumentParser
import Foundation
import Gateway
import Glibc
import StrictJSON
import Text

struct AuthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth", abstract: "Look at how people sign on.", subcommands: [AuthTest.self])
}

struct AuthTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract:
            "Ask a configured provider as a sign-on would, and show what came. Asks no gateway.")

    @Argument(help: "The provider's name in the configuration.") var provider: String
    @Option(help: "Whom to sign on; without it, whether the directory can be asked at all.")
    var user: String?
    @Flag(help: "Read the password from standard input, not from the terminal.")
    var passwordStdin = false
    @Option(
        help:
            "A SAMLResponse as a browser posted it, in base64: shows what it says and what is wrong with it."
    )
    var response: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var configuration: ConfigurationOption

    func run() async throws {
        let (settings, warnings) = try configuration.load()
        for warning in warnings { Terminal.error(warning) }
        var person: (user: String, password: [UInt8])?
        if let user { person = (user, try PasswordInput.read(fromInput: passwordStdin)) }
        guard
            let report = try await trial(of: person, in: settings)
        else {
            throw Failure(
                .usage,
                "maxine: no provider of auth.ldap, auth.oidc or auth.saml is named \(quote(provider))"
            )
        }
        if json {
            Terminal.print(json: report.json)
        } else {
            Terminal.fields(report.lines.map { ($0.name, $0.value) })
        }
        guard report.isGood else {
            throw Failure(.failed, "maxine: \(provider) lets nobody in this way")
        }
    }

    private func trial(
        of person: (user: String, password: [UInt8])?, in settings: GatewayConfiguration
    ) async throws -> DirectoryTrial.Report? {
        if let report = await DirectoryTrial.run(provider, person: person, in: settings) {
            return report
        }
        if let report = await OpenIDTrial.run(provider, in: settings) { return report }
        return await SAMLTrial.run(provider, response: try captured(), in: settings)
    }

    /// The file that is named.
    private func captured() throws -> [UInt8]? {
        guard let response else { return nil }
        guard let data = FileManager.default.contents(atPath: response) else {
            throw Failure(.usage, "maxine: can't read \(response)")
        }
        return Array(data)
    }
}

extension DirectoryTrial.Report {
    /// A list of members, since a name may stand there several times.
    fileprivate var json: String {
        var writer = JSONWriter()
        let items = lines.map { line in
            JSONValue.object([
                JSONMember(name: "name", value: .string(line.name)),
                JSONMember(name: "value", value: .string(line.value)),
            ])
        }
        writer.value(
            .object([
                JSONMember(name: "good", value: .bool(isGood)),
                JSONMember(name: "lines", value: .array(items)),
            ]))
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// A password that is typed, or comes from a program: never from an argument, which others can see.
enum PasswordInput {
    static let bytesMax = 1024

    /// Reads one line.
    ///
    /// - Throws: ``Failure`` where there is none.
    static func read(fromInput: Bool) throws -> [UInt8] {
        if fromInput || isatty(STDIN_FILENO) == 0 { return try line() }
        var settings = termios()
        tcgetattr(STDIN_FILENO, &settings)
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            Terminal.error("")
        }
        Terminal.error("password: ")
        return try line()
    }

    private static func line() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while Glibc.read(STDIN_FILENO, &byte, 1) == 1, byte != 0x0A {
            bytes.append(byte)
            guard bytes.count <= bytesMax else {
                throw Failure(.usage, "maxine: the password is longer than \(bytesMax) bytes")
            }
        }
        if bytes.last == 0x0D { bytes.removeLast() }
        return bytes
    }
}
