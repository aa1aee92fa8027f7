package import Foundation

/// A process's calls to its disk, counted over all its threads; one of them is harmed.
package struct StorageShim: Sendable {
    /// What becomes of the call.
    package enum Harm: String, CaseIterable, Sendable {
        /// It does nothing and fails.
        case fail
        /// It is done, and fails.
        case persist
        /// Half of it is written, and the process ends.
        case half
        /// The process ends before it.
        case kill
        /// The process ends after it.
        case killed
    }

    /// One call, as the shim logs it.
    package struct Call: Sendable {
        package let number: Int
        package let name: String
        /// Below the folder whose calls are counted.
        package let path: String

        /// What it is and what kind of file it is for: with numbers left out.
        package var kind: String {
            var kind = name + " "
            for character in path.prefix(while: { $0 != "." }) where !character.isNumber {
                kind.append(character)
            }
            return kind + (path.firstIndex(of: ".").map { String(path[$0...]) } ?? "")
        }
    }

    private let folder: TestFolder

    /// Compiles the shim.
    package init() throws {
        folder = try TestFolder()
        let source = SourceRoot.url.appending(
            path: "Tests/Support/Gateways/StorageShim/storageshim.c")
        let built = try Shell.run(
            ["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", folder.path("shim.so")]
                + [source.path])
        guard built.status == 0 else { throw TestFault(description: built.error) }
    }

    /// What a process is to be started under; its calls below a folder are counted and logged.
    package func wrapper(
        under folder: URL, log: String, harm: (at: Int, how: Harm)? = nil
    ) -> [String] {
        var words = [
            "env", "LD_PRELOAD=" + self.folder.path("shim.so"), "STORAGESHIM_UNDER=\(folder.path)/",
            "STORAGESHIM_LOG=" + log,
        ]
        if let harm {
            words += ["STORAGESHIM_AT=\(harm.at)", "STORAGESHIM_HARM=\(harm.how.rawValue)"]
        }
        return words
    }

    /// The calls that were logged.
    package static func calls(in log: String) throws -> [Call] {
        try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, let number = Int(words[0]) else { return nil }
            return Call(number: number, name: String(words[1]), path: String(words[2]))
        }
    }
}
