import Foundation
import Glibc

/// The browser of whoever sits at this machine.
struct Browser {
    /// The command that opens an address; nil where none is known.
    private let command: [String]?

    /// Looks for one: `BROWSER`, else the desktop's, where there is a desktop.
    init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
        let named = environment["BROWSER"]?.split(separator: ":").first.map(String.init)
        if let named, !named.isEmpty {
            command = named.split(separator: " ").map(String.init)
            return
        }
        let hasDesktop = ["DISPLAY", "WAYLAND_DISPLAY"].contains {
            environment[$0]?.isEmpty == false
        }
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        let opener = folders.map { "\($0)/xdg-open" }.first { (path: String) in
            access(path, X_OK) == 0
        }
        command = hasDesktop ? opener.map { [$0] } : nil
    }

    /// Whether one can be opened.
    var isThere: Bool { command != nil }

    /// Opens an address, which holds no secret: others can read a process's arguments.
    ///
    /// - Returns: Whether a program was started for it.
    func open(_ address: String) -> Bool {
        guard let command else { return false }
        let isPlaced = command.contains { $0.contains("%s") }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            isPlaced
            ? command.map { $0.replacing("%s", with: address) } : command + [address]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return (try? process.run()) != nil
    }
}
