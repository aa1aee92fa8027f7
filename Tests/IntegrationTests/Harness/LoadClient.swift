import Foundation

/// h2load with a client certificate, which it has no option for.
///
/// A small library that is loaded before OpenSSL gives each TLS context the certificate of the environment.
final class LoadClient {
    struct Outcome {
        var succeeded = 0
        var failed = 0
        var statuses: [String: Int] = [:]
        var rate = 0.0
        let output: String
    }

    static let isThere = ["h2load", "cc"].allSatisfy { name in
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
    }

    private let process = Process()
    private let output: URL

    private static let library = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdlib.h>
        extern int SSL_CTX_use_certificate_chain_file(void *, const char *);
        extern int SSL_CTX_use_PrivateKey_file(void *, const char *, int);
        void *SSL_CTX_new(const void *method) {
            void *(*make)(const void *) = (void *(*)(const void *))dlsym(RTLD_NEXT, "SSL_CTX_new");
            void *context = make(method);
            if (!context || SSL_CTX_use_certificate_chain_file(context, getenv("LOAD_CERT")) != 1
                || SSL_CTX_use_PrivateKey_file(context, getenv("LOAD_KEY"), 1) != 1)
                abort();
            return context;
        }

        """

    /// Starts the load: so many requests for a path, as a service whose identity was issued.
    init(_ gateway: GatewayProcess, _ path: String, as identity: String, requests: Int) throws {
        let folder = gateway.folder
        output = folder.appending(path: "h2load.txt")
        try Data(Self.library.utf8).write(to: folder.appending(path: "load.c"))
        let built = try Shell.run(
            ["cc", "-shared", "-fPIC", "-O1", "-w", "-o", "load.so", "load.c", "-ldl"],
            directory: folder)
        guard built.status == 0 else {
            throw GatewayProcess.NotStarted(description: built.error)
        }
        try Data().write(to: output)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "h2load", "-t1", "-c16", "-m16", "-n\(requests)", gateway.serviceAddress + path,
        ]
        process.environment = Shell.cleanEnvironment.merging(
            [
                "LD_PRELOAD": folder.path + "/load.so",
                "LOAD_CERT": folder.path + "/\(identity)/svid.pem",
                "LOAD_KEY": folder.path + "/\(identity)/svid.key",
            ]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = process.standardOutput
        try process.runWithOpenSignals()
    }

    var isRunning: Bool { process.isRunning }

    /// Waits for the end of the load.
    func finish(seconds: Double) throws -> Outcome {
        let deadline = Date().addingTimeInterval(seconds)
        while process.isRunning, Date() < deadline { usleep(20_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        let text = try String(contentsOf: output, encoding: .utf8)
        var outcome = Outcome(output: text)
        if let found = text.firstMatch(
            of: #/(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout/#)
        {
            outcome.succeeded = Int(found.1) ?? 0
            outcome.failed = (Int(found.2) ?? 0) + (Int(found.3) ?? 0) + (Int(found.4) ?? 0)
        }
        for found in text.matches(of: #/(\d+) ([2-5]xx)/#) {
            outcome.statuses[String(found.2)] = Int(found.1)
        }
        if let found = text.firstMatch(of: #/finished in [^,]+, ([0-9.]+) req\/s/#) {
            outcome.rate = Double(found.1) ?? 0
        }
        return outcome
    }
}
