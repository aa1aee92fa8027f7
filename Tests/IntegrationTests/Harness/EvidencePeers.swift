import Foundation

/// The small checker of ours on Go's own note and tlog packages.
struct GoChecker {
    private static let sources = "/usr/share/gocode"
    private let folder: URL

    static var isPossible: Bool {
        Shell.has("go")
            && FileManager.default.fileExists(
                atPath: sources + "/src/golang.org/x/mod/sumdb/note")
    }

    /// Builds the checker into a folder; nothing is downloaded.
    init(in folder: URL) throws {
        self.folder = folder
        let result = try Shell.run(
            [
                "go", "build", "-o", "tlogcheck",
                Peers.folder.appending(path: "tlogcheck/main.go").path,
            ],
            environment: [
                "GO111MODULE": "off", "GOPATH": Self.sources, "GOFLAGS": "", "GOPROXY": "off",
                "GOCACHE": NSTemporaryDirectory() + "maxine-gocache",
            ], directory: folder, timeoutSeconds: 120)
        guard result.status == 0 else {
            throw GatewayProcess.NotStarted(description: result.error)
        }
    }

    func run(_ arguments: String...) throws -> Shell.Result {
        try Shell.run(["./tlogcheck"] + arguments, directory: folder)
    }
}

/// A Python environment with PyPI's tlog-scales, made once and kept.
enum ScalesVenv {
    static let python: String? = {
        let given = ProcessInfo.processInfo.environment["MAXINE_TEST_VENV"]
        let folder = given ?? NSTemporaryDirectory() + "maxine-test-venv"
        let python = folder + "/bin/python"
        let works = { (try? Shell.run([python, "-c", "import tlog_scales"]).status) == 0 }
        if works() { return python }
        _ = try? Shell.run(["python3", "-m", "venv", folder], timeoutSeconds: 120)
        _ = try? Shell.run(
            [python, "-m", "pip", "install", "-q", "tlog-scales==0.0.3"], timeoutSeconds: 300)
        return works() ? python : nil
    }()

    static var isPossible: Bool { python != nil }

    static func check(
        _ log: String, _ vkey: String, _ earlier: [String], in folder: URL
    ) throws -> Shell.Result {
        try Shell.run(
            [python ?? "python3", Peers.folder.appending(path: "scales_check.py").path, log, vkey]
                + earlier, directory: folder, timeoutSeconds: 120)
    }
}

/// Programs of other makes, and ours that use them.
enum Peers {
    static let folder = SourceRoot.url.appending(path: "Tests/Peers")
}
