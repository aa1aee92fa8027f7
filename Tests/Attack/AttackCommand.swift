import ArgumentParser
import Foundation
import Support

/// Attacks the gateway beside a client that behaves, and says what that client and the machine noticed.
@main struct AttackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attack",
        abstract: "Attacks a gateway of its own beside one client that behaves.")

    @Option(help: "How long each attack lasts, in seconds.")
    var seconds = 60

    @Option(help: "How long the client is measured before, in seconds.")
    var calm = 8

    @Argument(help: "Names of the attacks, as they are in the table; all if none is named.")
    var names: [String] = []

    func run() async throws {
        try FloodSocket.raiseLimit()
        let attacks = try chosen()
        Self.say("attack: \(GatewayProcess.binary), \(attacks.count) attacks of \(seconds) s each")
        Self.say(Row.head)
        var failures: [String] = []
        for attack in attacks {
            let trial = Trial(attack: attack, calmSeconds: calm, seconds: seconds)
            let row = try await trial.run()
            Self.say(row.line)
            failures += row.failures
        }
        guard failures.isEmpty else {
            for failure in failures { Self.say("attack: \(failure)") }
            throw ExitCode(1)
        }
        Self.say("attack: every demand is met")
    }

    /// Says it at once, also where the output is a file.
    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    private func chosen() throws -> [any Attack] {
        let all = AttackList.all
        guard let unknown = names.first(where: { name in !all.contains { $0.name == name } }) else {
            return names.isEmpty ? all : all.filter { names.contains($0.name) }
        }
        let known = all.map(\.name).joined(separator: ", ")
        throw ValidationError("there is no attack \"\(unknown)\"; there are: \(known)")
    }
}
