import Foundation
import Support

extension GatewayProcess {
    /// Begins a program in the gateway's folder; what it says goes to a file.
    func begin(
        _ arguments: [String], log: String, environment: [String: String] = [:]
    ) throws -> ChildProcess {
        let path = folder.appending(path: log).path
        try Data().write(to: URL(filePath: path))
        return try ChildProcess(
            arguments,
            environment: Shell.cleanEnvironment.merging(["MAXINE_ADDR": serviceAddress]) { $1 }
                .merging(environment) { $1 },
            directory: folder, output: .file(path), error: .file(path))
    }

    /// What a program that was begun has said.
    func log(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }
}

/// What threads of traffic need to know of a gateway.
struct SoakedGateway: Sendable {
    let address: String
    private let folder: URL

    init(_ gateway: GatewayProcess) {
        address = gateway.serviceAddress
        folder = gateway.folder
    }

    /// The folder of the newest identity: three files that belong together, until after the next renewal.
    func newest() throws -> String {
        folder.appending(path: "web/..data").resolvingSymlinksInPath().path
    }

    func maxine(_ arguments: [String], as place: String) throws -> Shell.Result {
        try Shell.run(
            [GatewayProcess.binary] + arguments,
            environment: [
                "MAXINE_ADDR": address, "MAXINE_CERT": place + "/svid.pem",
                "MAXINE_KEY": place + "/svid.key", "MAXINE_CACERT": place + "/bundle.pem",
            ], directory: folder)
    }

    func renewOperator() throws -> Shell.Result {
        try Shell.run(
            [GatewayProcess.binary, "operator", "renew", "--config", "maxine.yaml"],
            directory: folder)
    }
}
