import Foundation
import Support
import Testing

/// What people and orchestrators give the commands, and what they are told where it can't be.
@Suite(.serialized) struct CommandLineInputTests {
    @Test(arguments: [
        ("http://127.0.0.1:8443", "the gateway speaks TLS only; write https://127.0.0.1:8443"),
        ("127.0.0.1:8443", "the scheme is missing; write https://127.0.0.1:8443"),
        ("gateway", "the scheme is missing; write https://gateway"),
        ("ftp://gateway", "no such scheme is spoken here; write https://HOST:PORT"),
        (
            "https://gateway:8443/api/maxine",
            "it is more than a host and a port; write https://gateway:8443"
        ),
        ("https://gateway?x", "it is more than a host and a port; write https://gateway"),
        ("https://", "that is no host and port; write https://HOST:PORT"),
        ("https://gateway:0", "that is no host and port"),
        ("https://gateway:99999", "that is no host and port"),
    ])
    func saysInOneLineWhatAnAddressMustBe(address: String, says: String) throws {
        let result = try Shell.run(
            [GatewayProcess.binary, "status"], environment: ["MAXINE_ADDR": address])
        #expect(result.status == 2)
        #expect(
            result.error.hasPrefix("maxine: MAXINE_ADDR is \"\(address)\": "), "\(result.error)")
        #expect(result.error.contains(says), "\(result.error)")
        #expect(result.error.split(separator: "\n").count == 1, "\(result.error)")
    }

    @Test func takesAnAddressWithASlashAtItsEnd() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let address = gateway.serviceAddress
        #expect(try gateway.maxine("status", "--addr", address + "/").status == 0)
        let upper = "HTTPS" + address.dropFirst(5)
        #expect(try gateway.maxine("status", "--addr", upper).status == 0)
        #expect(gateway.stop() == 0)
    }

    @Test(arguments: ["--config -  < maxine.yaml", "--config <(cat maxine.yaml)"])
    func readsTheConfigurationFromAPipe(argument: String) throws {
        let gateway = try GatewayProcess(configuration: "trust_domain: piped.example\n")
        let made = try bash("'\(GatewayProcess.binary)' init \(argument)", in: gateway)
        #expect(made.status == 0, "\(made.error)")
        #expect(made.output.contains("spiffe://piped.example"), "\(made.output)")
        let wrong = try bash(
            "echo 'listn: {}' | '\(GatewayProcess.binary)' serve --config -", in: gateway)
        #expect(wrong.status == 2)
        #expect(wrong.error.hasPrefix("standard input:1:1: unknown key"), "\(wrong.error)")
        let missing = try gateway.maxine("serve", "--config", "none.yaml")
        #expect(missing.status == 2)
        #expect(missing.error.contains("there is no configuration file \"none.yaml\""))
    }

    @Test func anEmptyVariableIsUnset() throws {
        let gateway = try GatewayProcess()
        let empty = [
            "MAXINE_CONFIG", "MAXINE_LISTEN_SERVICE", "MAXINE_ADDR", "MAXINE_TRUST_DOMAIN",
        ]
        let made = try Shell.run(
            [GatewayProcess.binary, "init"],
            environment: Dictionary(uniqueKeysWithValues: empty.map { ($0, "") }),
            directory: gateway.folder)
        #expect(made.status == 0, "\(made.error)")
        #expect(made.output.contains("spiffe://maxine.local"), "\(made.output)")
    }

    @Test func namesTheKeyOfAPortThatIsTaken() throws {
        let first = try GatewayProcess()
        try first.start()
        for key in ["service", "metrics"] {
            let taken = key == "service" ? first.serviceAddress : first.metricsAddress
            let address = taken.split(separator: "/")[1]
            let second = try GatewayProcess()
            let result = try Shell.run(
                [GatewayProcess.binary, "serve", "--config", "maxine.yaml"],
                environment: ["MAXINE_LISTEN_\(key.uppercased())": String(address)],
                directory: second.folder)
            #expect(result.status == 1)
            #expect(
                result.error.contains(
                    "maxine: listen.\(key): \(address): another process listens there already"),
                "\(result.error)")
        }
        #expect(first.stop() == 0)
    }

    @Test func saysWhatToDoWithACatalogueThatIsNone() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let instance = ["api", "--id", "a", "--address", "10.0.0.7", "--port", "80"]
        #expect(try gateway.maxine(["register"] + instance).status == 0)
        #expect(gateway.stop() == 0)
        let store = gateway.folder.appending(path: "data/registry.sqlite")
        #expect(FileManager.default.fileExists(atPath: store.path))
        try Data(repeating: 0x61, count: 10_000).write(to: store)
        let failed = try gateway.maxine("serve", "--config", "maxine.yaml")
        #expect(failed.status == 1)
        #expect(failed.error.contains("move it away"), "\(failed.error)")
        for ending in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: store.path + ending)
        }
        try gateway.start()
        #expect(try gateway.maxine("discover", "api").output.hasPrefix("10.0.0.7:80  api/a"))
        #expect(gateway.stop() == 0)
    }

    private func bash(_ command: String, in gateway: GatewayProcess) throws -> Shell.Result {
        try Shell.run(["bash", "-c", command], directory: gateway.folder)
    }
}
