import ArgumentParser
import Foundation
import Gateway
import Text

/// The configuration file of commands that run on the gateway's own machine.
struct ConfigurationOption: ParsableArguments {
    @Option(
        help:
            "The configuration file, or - for standard input; default: maxine.yaml where it exists (MAXINE_CONFIG)."
    )
    var config: String?

    /// Reads the file and the environment.
    func load() throws -> (configuration: GatewayConfiguration, warnings: [String]) {
        let environment = ProcessInfo.processInfo.environment
        let named = config ?? environment["MAXINE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        let path = named ?? "maxine.yaml"
        var yaml: (name: String, text: String)?
        if let bytes = try InputFile.read(path) {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Failure(.usage, "\(path):1:1: not UTF-8")
            }
            yaml = (path == "-" ? "standard input" : path, text)
        } else if named != nil {
            throw Failure(.usage, "maxine: there is no configuration file \(quote(path))")
        }
        do {
            return try ConfigurationFile.load(yaml: yaml, environment: environment)
        } catch {
            throw Failure(.usage, error.description)
        }
    }
}
