import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Policy files that others write while the gateway runs: what is not whole decides nothing.
@Suite struct PolicyFilesTests {
    private static let denied = TestPolicy.intentions(
        "first", TestPolicy.webToAPI + "\n" + TestPolicy.notNow)
    private static let allowed = TestPolicy.intentions("second", TestPolicy.webToAPI)

    /// The file is emptied and then grows; whatever it says meanwhile, what was refused stays refused.
    @Test func aFileThatIsWrittenSlowlyInPlaceDecidesNothingUntilItKeepsStill() async throws {
        let lines = Self.allowed.split(separator: "\n", omittingEmptySubsequences: false)
        try await serving(Self.denied) { gateway in
            for count in stride(from: 0, through: lines.count, by: 2) {
                try overwrite(gateway, lines.prefix(count).joined(separator: "\n") + "\n")
                gateway.clock.advance(by: .milliseconds(1999))
                try await gateway.tick(.policy)
                try await gateway.tick(.policy)
                #expect(try await discover(gateway) == 403, "\(count) lines")
            }
            try overwrite(gateway, Self.allowed)
            try await gateway.tick(.policy)
            gateway.clock.advance(by: .milliseconds(1999))
            try await gateway.tick(.policy)
            #expect(try await discover(gateway) == 403)
            // Nor is it read because somebody asks for it.
            gateway.requestPolicyReload()
            try await gateway.tick(.policy)
            #expect(try await discover(gateway) == 403)
            gateway.clock.advance(by: .milliseconds(1))
            try await gateway.tick(.policy)
            #expect(try await discover(gateway) == 200)
            #expect(try gateway.records("policy.refuse").isEmpty)
        }
    }

    @Test func aFileThatIsMovedIntoPlaceCountsAtOnce() async throws {
        try await serving(Self.denied) { gateway in
            let spare = gateway.folder.appending(path: "policy.yaml.new")
            for (policy, status) in [(Self.allowed, 200), (Self.denied, 403), (Self.allowed, 200)] {
                try Data(policy.utf8).write(to: spare)
                let path = gateway.folder.path + "/policy.yaml"
                #expect(rename(spare.path, path) == 0)
                try await gateway.tick(.policy)
                #expect(try await discover(gateway) == status)
            }
        }
    }

    /// Made anew under its own name, and not moved there: as an editor without a temporary file does it.
    @Test func aFileThatIsTakenAwayAndWrittenAnewIsWaitedFor() async throws {
        try await serving(Self.denied) { gateway in
            let file = gateway.folder.appending(path: "policy.yaml")
            try FileManager.default.removeItem(at: file)
            try await gateway.tick(.policy)
            try Data(Self.allowed.utf8).write(to: file)
            try await gateway.tick(.policy)
            #expect(try await discover(gateway) == 403)
            #expect(try gateway.records("policy.refuse").isEmpty)
            gateway.clock.advance(by: .seconds(2))
            try await gateway.tick(.policy)
            #expect(try await discover(gateway) == 200)
        }
    }

    /// A link to a link that is swapped, as Kubernetes mounts a ConfigMap.
    @Test func aLinkThatIsSwappedCountsAtOnce() async throws {
        let folder = try TestFolder()
        try mount(Self.denied, as: "v1", in: folder)
        let manager = FileManager.default
        try manager.createSymbolicLink(
            atPath: folder.path("mount/policy.yaml"), withDestinationPath: "..data/policy.yaml")
        let gateway = try InProcessGateway(folder: folder) { settings in
            settings.policyPath = folder.path("mount/policy.yaml")
        }
        try await gateway.serving { gateway in
            try await prepare(gateway)
            for (version, policy, status) in [
                ("v2", Self.allowed, 200), ("v3", Self.denied, 403), ("v4", Self.allowed, 200),
            ] {
                try mount(policy, as: version, in: folder)
                try await gateway.tick(.policy)
                #expect(try await discover(gateway) == status, "\(version)")
            }
        }
    }

    /// The deny lies in a file of its own, which somebody replaces clumsily.
    @Test func aFileOfAFolderMayBeMissingForAMoment() async throws {
        let folder = try TestFolder()
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: folder.path("policies"), withIntermediateDirectories: false)
        let deny = "maxine_policy: 1\nname: b\nintentions:\n" + TestPolicy.notNow + "\n"
        try folder.write(Self.allowed, to: "policies/a.yaml")
        try folder.write(deny, to: "policies/b.yaml")
        let gateway = try InProcessGateway(folder: folder) { settings in
            settings.policyPath = folder.path("policies")
        }
        try await gateway.serving { gateway in
            try await prepare(gateway)
            #expect(try await discover(gateway) == 403)
            for _ in 0..<2 {
                try manager.removeItem(atPath: folder.path("policies/b.yaml"))
                try await gateway.tick(.policy)
                gateway.clock.advance(by: .milliseconds(1900))
                try await gateway.tick(.policy)
                #expect(try await discover(gateway) == 403)
                try folder.write(deny, to: "policies/b.yaml")
                try await gateway.tick(.policy)
                #expect(try await discover(gateway) == 403)
            }
            #expect(!gateway.logText().contains("shorter than the last"))
            try manager.removeItem(atPath: folder.path("policies/b.yaml"))
            try await gateway.tick(.policy)
            gateway.clock.advance(by: .seconds(2))
            try await gateway.tick(.policy)
            #expect(try await discover(gateway) == 200, "it was meant")
            let warning = "the new policy is shorter than the last: 3 rules instead of 4"
            #expect(gateway.logText().contains(warning), "\(gateway.logText())")
        }
    }

    @Test func whatDoesNotLoadIsShownWithFileReasonAndTime() async throws {
        try await serving(Self.allowed) { gateway in
            let before = try await status(gateway)
            #expect(before["policy"]?["since"]?.string != nil)
            #expect(before["policy"]?["fault"] == nil)
            let healthy = try await gateway.page("/metrics").body
            #expect(healthy.contains("\nmaxine_policy_files_in_force 1\n"))
            gateway.clock.advance(by: .seconds(60))
            let since = gateway.clock.nanoseconds / 1_000_000_000
            try await gateway.reload(policy: "maxine_policy: 1\nname: x\nintentionz: []\n")
            gateway.clock.advance(by: .seconds(60))
            try await gateway.reload(policy: "maxine_policy: 1\nname: x\nrolez: []\n")
            let fault = try await status(gateway)["policy"]?["fault"]
            #expect(fault?["file"]?.string == gateway.folder.path + "/policy.yaml")
            #expect(fault?["reason"]?.string?.contains("policy.yaml:3:1: ") == true)
            let told = Date(timeIntervalSince1970: Double(since)).formatted(.iso8601)
            #expect(fault?["since"]?.string == told)
            let page = try await gateway.page("/readyz")
            #expect(page.status == 200)
            #expect(page.body.hasPrefix("ready\nthe policy files are not in force since "))
            #expect(page.body.contains("policy.yaml:3:1: "), "\(page.body)")
            let metrics = try await gateway.page("/metrics").body
            #expect(metrics.contains("\nmaxine_policy_files_in_force 0\n"))
            #expect(metrics.contains("\nmaxine_policy_fault_since_seconds \(since)\n"))
            try await gateway.reload(policy: Self.allowed)
            #expect(try await status(gateway)["policy"]?["fault"] == nil)
            #expect(try await gateway.page("/readyz").body == "ready\n")
        }
    }

    private func serving(
        _ policy: String, _ body: @escaping @Sendable (InProcessGateway) async throws -> Void
    ) async throws {
        let gateway = try InProcessGateway(policy: policy)
        try await gateway.serving { gateway in
            try await prepare(gateway)
            try await body(gateway)
        }
    }

    private func prepare(_ gateway: InProcessGateway) async throws {
        try await gateway.issue("web")
        #expect(try await gateway.register("api", "api-1").status == 201)
    }

    private func discover(_ gateway: InProcessGateway) async throws -> Int {
        try await gateway.curl("GET", "/api/maxine/discover/api", as: "web").status
    }

    private func status(_ gateway: InProcessGateway) async throws -> JSONValue {
        try StrictJSON.parse(
            Array(await gateway.curl("GET", "/api/maxine/status").body.utf8))
    }

    /// Writes into the file that is there.
    private func overwrite(_ gateway: InProcessGateway, _ text: String) throws {
        try Data(text.utf8).write(to: gateway.folder.appending(path: "policy.yaml"))
    }

    /// Puts a version beside the others and swaps the link to it.
    private func mount(_ policy: String, as version: String, in folder: TestFolder) throws {
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: folder.path("mount/" + version), withIntermediateDirectories: true)
        try folder.write(policy, to: "mount/\(version)/policy.yaml")
        try manager.createSymbolicLink(
            atPath: folder.path("mount/..data_tmp"), withDestinationPath: version)
        let (new, old) = (folder.path("mount/..data_tmp"), folder.path("mount/..data"))
        #expect(rename(new, old) == 0)
    }
}
