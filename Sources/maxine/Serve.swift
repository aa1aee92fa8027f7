import ArgumentParser
import Gateway
import Logging

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the gateway; an empty data folder gets a new trust domain first.")

    @OptionGroup var configuration: ConfigurationOption

    func run() async throws {
        let (configuration, warnings) = try configuration.load()
        do {
            let logger = GatewayLog.start(level: configuration.logLevel)
            for warning in warnings { logger.warning("\(warning)") }
            OutgoingLoops.stepBack()
            let gateway = try await Assembly.build(configuration, logger: logger)
            try await Self.run(gateway, logger)
        } catch {
            throw Failure(.failed, "maxine: \(sentence(of: error))")
        }
    }
}

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Create the trust domain: root, intermediate, operator identity.")

    @OptionGroup var configuration: ConfigurationOption
    @Option(help: "The data folder.") var data: String?
    @Option(help: "The trust domain.") var trustDomain: String?
    @Option(help: "The folder for the operator's certificate and the trust bundle.")
    var certs: String?

    func run() throws {
        var (settings, _) = try configuration.load()
        if let data { settings.dataDirectory = data }
        if let trustDomain { settings.trustDomain = trustDomain }
        if let certs { settings.certsDirectory = certs }
        do {
            let made = try Assembly.initialise(settings)
            if made.isEmpty { Terminal.print("nothing to do: the trust domain is there already") }
            for line in made { Terminal.print(line) }
        } catch {
            throw Failure(.failed, "maxine: \(sentence(of: error))")
        }
    }
}
