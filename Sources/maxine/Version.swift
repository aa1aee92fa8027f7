import ArgumentParser
import Gateway

/// The text of `maxine --version` and `maxine version`.
let versionText = "maxine \(GatewayVersion.current)"

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the version.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() {
        if json {
            Terminal.print(json: "{\"version\":\"\(GatewayVersion.current)\"}")
        } else {
            Terminal.print(versionText)
        }
    }
}
