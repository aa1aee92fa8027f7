import Foundation
import Support
import Testing

/// `maxine identity renew`, as a workload runs it beside itself.
@Suite(.serialized) struct IdentityRenewTests {
    private func serial(_ gateway: GatewayProcess) throws -> String {
        try Shell.run(
            ["openssl", "x509", "-noout", "-serial", "-in", "web/svid.pem"],
            directory: gateway.folder
        ).output
    }

    /// Whether key and certificate belong together, for a reader who opens the folder once.
    private func isPair(_ gateway: GatewayProcess) throws -> Bool {
        let script = """
            cd "$(readlink -f web/..data)" || exit 1
            openssl x509 -in svid.pem -noout -pubkey >../../one
            openssl pkey -in svid.key -pubout >../../other
            cmp ../../one ../../other
            """
        return try Shell.run(["sh", "-c", script], directory: gateway.folder).status == 0
    }

    @Test func renewsOnceAndTellsWhoUsesIt() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        try gateway.issue("web", ttl: "10m")
        let before = try serial(gateway)
        let waiting = try ChildProcess(
            ["sh", "-c", "trap 'echo told >told; exit 0' HUP; while :; do sleep 0.05; done"],
            directory: gateway.folder)
        try Data("\(waiting.id)\n".utf8).write(to: gateway.folder.appending(path: "pid"))
        let done = try gateway.maxine(
            "identity", "renew", "--out", "web", "--signal", "pid", "--exec", "echo ran >ran",
            "--json")
        #expect(done.status == 0, "\(done.error)")
        #expect(
            done.output.contains(#""spiffeId":"spiffe://maxine.local/ns/default/dc/dc1/svc/web""#))
        #expect(waiting.status(within: 10) == 0)
        for file in ["told", "ran"] {
            #expect(
                FileManager.default.fileExists(atPath: gateway.folder.path + "/" + file), "\(file)")
        }
        #expect(try serial(gateway) != before)
        #expect(try isPair(gateway))
        #expect(try gateway.maxine(as: "web", "whoami").status == 0)
        let nobody = try gateway.maxine("identity", "renew", "--out", "nothing")
        #expect(nobody.status == 4, "\(nobody.error)")
        #expect(nobody.error.contains("maxine identity issue"), "\(nobody.error)")
        let toNobody = try gateway.maxine(
            "identity", "renew", "--out", "web", "--signal", "nothing")
        #expect(toNobody.status == 1)
        #expect(
            toNobody.error.hasPrefix("maxine: renewed, but nobody was told"), "\(toNobody.error)")
        #expect(
            try gateway.maxine("identity", "renew", "--out", "web", "--signal-name", "KILL").status
                == 2)
        #expect(gateway.stop() == 0)
    }

    /// With lives of seconds an attempt that hangs would use up what is left, and what has ended can't be renewed.
    @Test(.enabled(if: Shell.has("python3"), "python3 is not installed"))
    func anAttemptThatHangsIsFollowedByAnother() throws {
        let gateway = try GatewayProcess(configuration: "identity: { svid_ttl: 8s }\n")
        try gateway.start()
        let service = try #require(URL(string: gateway.serviceAddress))
        let door = try gateway.begin(
            ["python3", "-u", "-c", Self.door, "\(service.port ?? 0)"], log: "door.log")
        defer { door.signal(SIGKILL) }
        let port = try awaitText(10) { try gateway.log("door.log") }
        try gateway.issue("web", ttl: "8s")
        let before = try serial(gateway)
        let watch = try gateway.begin(
            [GatewayProcess.binary, "identity", "renew", "--out", "web", "--watch"],
            log: "watch.log",
            environment: ["MAXINE_ADDR": "https://\(service.host ?? ""):\(port)"])
        let said = try awaitText(20) {
            let said = try gateway.log("watch.log")
            return said.contains("renewed ") && said.contains(" until ")
                || !watch.isRunning ? said : ""
        }
        #expect(said.contains("did not answer in time"), "\(said)")
        #expect(try serial(gateway) != before, "\(said)")
        watch.signal(SIGTERM)
        watch.status(within: 10)
        #expect(gateway.stop() == 0)
    }

    /// What is run then may hang: the next renewal does not wait for it.
    @Test func aCommandThatHangsHoldsUpNoRenewal() throws {
        let gateway = try GatewayProcess(configuration: "identity: { svid_ttl: 6s }\n")
        try gateway.start()
        try gateway.issue("web", ttl: "6s")
        let watch = try gateway.begin(
            [
                GatewayProcess.binary, "identity", "renew", "--out", "web", "--watch", "--exec",
                "echo began >>began; exec sleep 20",
            ], log: "watch.log")
        let said = try awaitText(20) {
            let said = try gateway.log("watch.log")
            let renewals = said.split(separator: "\n").count { $0.hasPrefix("renewed ") }
            return renewals >= 2 && said.contains("still runs") || !watch.isRunning ? said : ""
        }
        #expect(said.contains("still runs"), "\(said)")
        let began = try gateway.log("began")
        #expect(began == "began\n", "one at a time")
        watch.signal(SIGTERM)
        watch.status(within: 10)
        #expect(gateway.stop() == 0)
    }

    /// Waits until there is some; what there is in the end.
    private func awaitText(_ seconds: Double, _ text: () throws -> String) throws -> String {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            let found = try text()
            if !found.isEmpty { return found.trimmingCharacters(in: .whitespacesAndNewlines) }
            usleep(50_000)
        }
        return try text()
    }

    /// Says its port, lets the first connection hang, and takes the others on to a port of this machine.
    private static let door = """
        import itertools, socket, sys, threading

        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)


        def carry(one, other):
            try:
                while data := one.recv(65536):
                    other.sendall(data)
                other.shutdown(socket.SHUT_WR)
            except OSError:
                pass


        kept = []
        for number in itertools.count():
            near, _ = listener.accept()
            kept.append(near)
            if number > 0:
                far = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
                kept.append(far)
                for pair in (near, far), (far, near):
                    threading.Thread(target=carry, args=pair, daemon=True).start()
        """

    /// Over a restart and a new root; a reader sees no key without its certificate, and once it has ended the command says so.
    @Test func watchesUntilTheGatewayIsGoneForGood() throws {
        let gateway = try GatewayProcess(configuration: "identity: { svid_ttl: 6s }\n")
        try gateway.start()
        try gateway.issue("web", ttl: "6s")
        // From here on the files change at one moment.
        #expect(try gateway.maxine("identity", "renew", "--out", "web").status == 0)
        let log = gateway.folder.appending(path: "watch.log")
        try Data().write(to: log)
        let watch = try ChildProcess(
            [
                GatewayProcess.binary, "identity", "renew", "--out", "web", "--watch", "--addr",
                gateway.serviceAddress,
            ],
            directory: gateway.folder, output: .file(log.path), error: .file(log.path))
        var serials: Set<String> = []
        func expectSerials(_ count: Int, seconds: Double) throws {
            let end = Date().addingTimeInterval(seconds)
            while serials.count < count, Date() < end {
                serials.insert(try serial(gateway))
                #expect(try isPair(gateway))
                usleep(100_000)
            }
            let said = try String(contentsOf: log, encoding: .utf8)
            #expect(serials.count >= count, "\(said)")
        }
        try expectSerials(2, seconds: 15)
        for step in ["prepare", "activate"] {
            let taken = try gateway.maxine(
                ["ca", step, "--kind", "root"] + (step == "activate" ? ["--force"] : []))
            #expect(taken.status == 0, "\(taken.error)")
            try expectSerials(serials.count + 1, seconds: 15)
        }
        #expect(gateway.stop() == 0)
        #expect(watch.status(within: 30) == 4)
        let said = try String(contentsOf: log, encoding: .utf8)
        #expect(said.contains("not renewed, next try in"), "\(said)")
        #expect(said.contains("can't be renewed any more"), "\(said)")
    }
}
