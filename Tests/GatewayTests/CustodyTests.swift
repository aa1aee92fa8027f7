import Foundation
import Gateway
import Support
import Testing

/// Whoever else could change what the gateway trusts stops its start, with a sentence that says what to do.
@Suite struct CustodyTests {
    /// Places of a gateway that has run before.
    static let places = [
        "data", "data/pki", "data/pki/root.pem", "data/audit", "data/audit/segments",
        "data/registry.sqlite", "data/credentials.sqlite", "data/log.anchor", "certs",
        "policy.yaml",
    ]

    @Test(arguments: places, [0o020, 0o002])
    func aPlaceThatOthersCanWriteStopsTheStart(place: String, bits: Int) async throws {
        // A user's own group may hold that user alone.
        guard bits == 0o002 || geteuid() == 0 else { return }
        let (gateway, files) = try await stoppedGateway()
        let mode = try files.mode(place)
        try files.chmod(place, mode | bits)
        let who = bits == 0o002 ? "can be changed by anybody" : "can be changed by its group"
        try await expectRefusal(of: gateway, [files.path(place), who, "run `chmod"])
        try files.chmod(place, mode)
        try await gateway.serving { _ in }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root"), arguments: places)
    func aPlaceOfAnotherUserStopsTheStart(place: String) async throws {
        let (gateway, files) = try await stoppedGateway()
        #expect(chown(files.path(place), 4711, 0) == 0)
        try await expectRefusal(
            of: gateway, [files.path(place), "belongs to user 4711", "run `chown"])
        #expect(chown(files.path(place), 0, 0) == 0)
        try await gateway.serving { _ in }
    }

    /// The link itself, and the folder that it leads to.
    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func aLinkCountsAsMuchAsWhatItLeadsTo() async throws {
        let (gateway, files) = try await stoppedGateway()
        let manager = FileManager.default
        try manager.moveItem(atPath: files.path("data"), toPath: files.path("disk"))
        try manager.createSymbolicLink(atPath: files.path("data"), withDestinationPath: "disk")
        try await gateway.serving { _ in }
        #expect(lchown(files.path("data"), 4711, 0) == 0)
        try await expectRefusal(of: gateway, ["belongs to user 4711", "chown -h"])
        #expect(lchown(files.path("data"), 0, 0) == 0)
        try files.chmod("disk", 0o777)
        try await expectRefusal(of: gateway, [files.path("disk"), "anybody"])
    }

    @Test func aPolicyFolderIsCheckedWithItsFiles() async throws {
        let files = try TestFolder()
        try FileManager.default.createDirectory(
            atPath: files.path("policies"), withIntermediateDirectories: false)
        try files.write(TestPolicy.nothingAllowed, to: "policies/a.yaml")
        let gateway = try InProcessGateway(folder: files) { settings in
            settings.policyPath = files.path("policies")
        }
        for (place, mode) in [
            ("policies", 0o777), ("policies", 0o1777), ("policies/a.yaml", 0o666),
        ] {
            let before = try files.mode(place)
            try files.chmod(place, mode)
            try await expectRefusal(of: gateway, [files.path(place), "anybody"])
            try files.chmod(place, before)
        }
        try await gateway.serving { _ in }
    }

    /// As in /tmp: who may add files there can neither take ours away nor put another in its place.
    @Test func aPolicyFileMayLieInASharedFolderWhereEachKeepsTheirOwn() async throws {
        let files = try TestFolder()
        let gateway = try InProcessGateway(policy: TestPolicy.nothingAllowed, folder: files)
        try files.chmod("", 0o1777)
        try await gateway.serving { _ in }
        try files.chmod("", 0o777)
        try await expectRefusal(of: gateway, ["the policy's folder", "anybody"])
    }

    @Test func aPolicyThatOthersCanWriteIsNotPutIntoForce() async throws {
        let gateway = try InProcessGateway(policy: TestPolicy.intentions("first"))
        let path = gateway.folder.path + "/policy.yaml"
        try await gateway.serving { gateway in
            #expect(chmod(path, 0o666) == 0)
            try await gateway.tick(.policy)
            gateway.clock.advance(by: .seconds(2))
            try await gateway.tick(.policy)
            let page = try await gateway.page("/readyz").body
            #expect(page.contains("can be changed by anybody (mode 0666)"), "\(page)")
            #expect(chmod(path, 0o600) == 0)
            try await gateway.tick(.policy)
            gateway.clock.advance(by: .seconds(2))
            try await gateway.tick(.policy)
            #expect(try await gateway.page("/readyz").body == "ready\n")
        }
    }

    private func stoppedGateway() async throws -> (InProcessGateway, TestFolder) {
        let files = try TestFolder()
        let gateway = try InProcessGateway(policy: TestPolicy.nothingAllowed, folder: files)
        try await gateway.serving { _ in }
        return (gateway, files)
    }

    private func expectRefusal(
        of gateway: InProcessGateway, _ words: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        do {
            try await gateway.serving { _ in }
            Issue.record("it started", sourceLocation: sourceLocation)
        } catch {
            for word in words {
                #expect("\(error)".contains(word), "\(error)", sourceLocation: sourceLocation)
            }
        }
    }
}
