import Foundation
import Support
import Testing

/// What must not compile: each text is checked by the compiler against the built modules.
@Suite struct ProofTypeTests {
    @Test func aProgramThatUsesTheProofsOnceCompiles() throws {
        let result = try typecheck(
            """
            import Audit
            import Policy
            func act(_ permit: consuming Permit, _ receipt: consuming Receipt) -> Bool {
                permit.decisionID == receipt.decisionID
            }
            """)
        #expect(result.status == 0, "\(result.error)")
    }

    @Test(arguments: [
        (
            "minting a permit in another module",
            """
            import Policy
            func forge(_ operation: Operation) -> Permit {
                Permit(decisionID: 1, operation: operation, gate: .none, rule: nil)
            }
            """, "'internal' protection level"
        ),
        (
            "minting a permit in another module of the package by extension",
            """
            import Policy
            extension Permit {
                init(forged operation: Operation) {
                    self.init(decisionID: 1, operation: operation, gate: .none, rule: nil)
                }
            }
            """, "extra arguments"
        ),
        (
            "assigning the fields of a permit",
            """
            import Policy
            extension Permit {
                init(forged operation: Operation) {
                    self.decisionID = 1
                    self.operation = operation
                    self.gate = .none
                    self.rule = nil
                }
            }
            """, "error:"
        ),
        (
            "minting a receipt in another module",
            """
            import Audit
            func forge(_ hash: LeafHash) -> Receipt {
                Receipt(sequence: 1, leafHash: hash, decisionID: 1, nowNanoseconds: 0)
            }
            """, "error:"
        ),
        (
            "using a permit twice",
            """
            import Policy
            func take(_ permit: consuming Permit) {}
            func twice(_ permit: consuming Permit) {
                take(permit)
                take(permit)
            }
            """, "consumed more than once"
        ),
        (
            "using a receipt twice",
            """
            import Audit
            func take(_ receipt: consuming Receipt) {}
            func twice(_ receipt: consuming Receipt) {
                take(receipt)
                take(receipt)
            }
            """, "consumed more than once"
        ),
        (
            "copying a permit",
            """
            import Policy
            func keep(_ permit: borrowing Permit) -> [Permit] { [copy permit] }
            """, "error:"
        ),
        (
            "registering without a permit",
            """
            import Audit
            import Registry
            func sneak(
                _ registry: Registry, _ registration: Registration, _ receipt: consuming Receipt,
                _ ticket: borrowing ChangeTicket
            ) {
                _ = registry.register(
                    registration, receipt: receipt, ticket: ticket, elapsedNanoseconds: 0)
            }
            """, "missing argument for parameter 'permit'"
        ),
        (
            "reading without a receipt",
            """
            import Policy
            import Registry
            func sneak(_ registry: Registry, _ query: DiscoverQuery, _ permit: consuming Permit) {
                _ = registry.discover(query, permit: permit, elapsedNanoseconds: 0)
            }
            """, "missing argument for parameter 'receipt'"
        ),
    ])
    func doesNotCompile(what: String, program: String, message: String) throws {
        let result = try typecheck(program)
        #expect(result.status != 0, "\(what) compiles")
        #expect(result.error.contains(message), "\(what): \(result.error)")
    }

    private func typecheck(_ program: String) throws -> Shell.Result {
        let folder = try TestFolder()
        try folder.write(program, to: "Program.swift")
        return try withExtendedLifetime(folder) {
            try Shell.run(
                ["swiftc", "-emit-sil", "-o", "/dev/null", "-package-name", "maxine"]
                    + Self.searchPaths + [folder.path("Program.swift")],
                timeoutSeconds: 120)
        }
    }

    /// The built modules, and the module maps of the C parts below them.
    private static let searchPaths: [String] = {
        let products = URL(filePath: GatewayProcess.builtBinary).deletingLastPathComponent()
        let checkouts = products.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "checkouts")
        let generated = children(of: products).filter { $0.pathExtension == "build" }
        let written = children(of: checkouts)
            .flatMap { children(of: $0.appending(path: "Sources")) }
            .filter { $0.lastPathComponent != "GRDBSQLCipher" }
            .flatMap { [$0, $0.appending(path: "include")] }
        // What the log packs its segments with; the modules of ours that are tried need no other C.
        let own = [SourceRoot.url.appending(path: "Sources/CZlib")]
        let maps = (generated + written + own).map { $0.appending(path: "module.modulemap").path }
            .filter { FileManager.default.fileExists(atPath: $0) }
        return ["-I", products.appending(path: "Modules").path]
            + maps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
    }()

    private static func children(of folder: URL) -> [URL] {
        let found = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return found ?? []
    }
}
