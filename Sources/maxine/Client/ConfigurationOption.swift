import ArgumentParser
import Foundation
import Gateway

/// The configuration file of commands that run on the gateway's own machine.
struct ConfigurationOption: ParsableArguments {
    @Option(
        help: "The configuration file; default: maxine.yaml where it exists (MAXINE_CONFIG).")
    var config: String?

    /// Reads the file and the environment.
    func load() throws -> (configuration: GatewayConfiguration, warnings: [String]) {
        let environment = ProcessInfo.processInfo.environment
        let named = config ?? environment["MAXINE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        let path = named ?? "maxine.yaml"
        var yaml: (name: String, text: String)?
        if let data = FileManager.default.contents(atPath: path) {
            guard let text = String(data: data, encoding: .utf8) else {
                throw Failure(.usage, "\(path):1:1: not UTF-8")
            }
            yaml = (path, text)
        } else if named != nil {
            throw Failure(.usage, "maxine: cannot read the configuration file '\(path)'")
        }
        do {
            return try ConfigurationFile.load(yaml: yaml, environment: environment)
        } catch {
            throw Failure(.usage, error.description)
        }
    }
}
