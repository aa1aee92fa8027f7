import Support
import Testing

/// What commands print, to a terminal, a pipe, and a disk that is full.
@Suite(.serialized) struct CommandLineOutputTests {
    @Test func printsForTheReaderThatIsThere() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let register = ["register", "api", "--id", "a", "--address", "2001:db8::7", "--port", "80"]
        let registered = try gateway.maxine(register + ["--tag", "x\u{202E}y\u{9B}z"])
        #expect(registered.status == 0, "\(registered.error)")
        #expect(registered.output == "registered api/a at [2001:db8::7]:80\n")
        #expect(try gateway.maxine("discover", "api").output == "[2001:db8::7]:80  api/a\n")
        let table = try gateway.maxine("services", "api").output
        #expect(table.contains(#"x\u{202E}y\u{9B}z"#), "\(table)")
        let piped = try gateway.maxine("services", "api", "--json").output
        #expect(piped.contains("x\u{202E}y\u{9B}z"), "what goes into a pipe is changed: \(piped)")
        let shown = try bash("script -qec \"$MAXINE services api --json\" /dev/null", gateway)
        #expect(shown.output.contains(#"x\u202ey\u009bz"#), "\(shown.output)\(shown.error)")
        #expect(!shown.output.contains("\u{202E}"), "\(shown.output)")
        let head = try bash("for i in 1 2 3; do $MAXINE services; done | head -1", gateway)
        #expect(head.error.isEmpty, "\(head.error)")
        let closed = try bash("$MAXINE services | true; echo ${PIPESTATUS[0]}", gateway)
        #expect(
            ["0", "141"].contains(closed.output.split(separator: "\n").last), "\(closed.output)")
        #expect(closed.error.isEmpty, "\(closed.error)")
        let full = try bash("$MAXINE status > /dev/full", gateway)
        #expect(full.status == 1)
        #expect(full.error == "maxine: can't write the output: No space left on device\n")
        #expect(gateway.stop() == 0)
    }

    @Test func aFileThatCantBeMadeIsNamedInASentence() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let failed = try gateway.maxine(
            "identity", "issue", "--service", "web", "--out", "/dev/null/x")
        #expect(failed.status == 1)
        #expect(failed.error.hasPrefix("maxine: cannot write to /dev/null/x: "), "\(failed.error)")
        #expect(!failed.error.contains("Error Domain"), "\(failed.error)")
        #expect(!failed.error.contains("("), "\(failed.error)")
        #expect(gateway.stop() == 0)
        let gone = try gateway.maxine("status")
        #expect(gone.status == 5)
        #expect(gone.error.hasSuffix(": Connection refused\n"), "\(gone.error)")
    }

    private func bash(_ command: String, _ gateway: GatewayProcess) throws -> Shell.Result {
        try Shell.run(
            ["bash", "-c", command],
            environment: ["MAXINE": GatewayProcess.binary, "MAXINE_ADDR": gateway.serviceAddress],
            directory: gateway.folder)
    }
}
