import Foundation
import StrictJSON
import Support
import Testing

/// The log's file system is full: nothing is done, everything says so, and it recovers by itself.
@Suite(
    .serialized,
    .enabled(if: LoopMount.isPossible, "needs root, mkfs.ext4 and loop mounts"))
struct FullDiskTests {
    @Test(arguments: [
        "audit: { segment_bytes: 256KiB, fill_bytes: 64KiB }\n",
        "audit: { segment_bytes: 64KiB, fill_bytes: 0 }\n", "",
    ])
    func refusesEverythingWhileTheLogCannotGrow(configuration: String) throws {
        let gateway = try GatewayProcess(
            configuration: RegisteringClients.manyAllowed + configuration)
        let mount = try LoopMount(on: gateway.folder.appending(path: "data/audit"), mebibytes: 16)
        try gateway.start()
        #expect(try gateway.register("kept", "first").status == 201)
        try mount.fill()
        let answers = try registerUntilRefused(gateway)
        try expectRefusals(gateway)
        try mount.free()
        #expect(try gateway.awaitHealth("/readyz", 200), "\(gateway.logText())")
        #expect(try gateway.register("kept", "second").status == 201)
        try expectCatalogue(gateway, answers)
        #expect(gateway.stop() == 0)
        let verified = try gateway.verify()
        #expect(verified.status == 0, "\(verified.error)")
        try gateway.start()
        try expectCatalogue(gateway, answers)
        #expect(gateway.stop() == 0)
    }

    /// What is filled ahead is still written, so it takes some registrations until none is taken any more.
    private func registerUntilRefused(
        _ gateway: GatewayProcess
    ) throws -> [(id: String, status: Int)] {
        var answers: [(id: String, status: Int)] = []
        for round in 0..<30 {
            let clients = try RegisteringClients(
                gateway, service: "full-\(round)", clients: 4, each: 250)
            let new = try clients.finish()
            #expect(new.allSatisfy { $0.status == 201 || $0.status == 503 })
            answers += new.map { ("full-\(round)/\($0.id)", $0.status) }
            if new.contains(where: { $0.status == 503 }) { return answers }
        }
        Issue.record("30,000 registrations, and still space")
        return answers
    }

    private func expectRefusals(_ gateway: GatewayProcess) throws {
        let instance = "/api/maxine/services/never/instances/n-1"
        for (method, path, body) in [
            ("PUT", instance, #"{"address":"10.0.0.7","port":1}"#),
            ("GET", "/api/maxine/services/kept", nil), ("GET", "/api/maxine/discover/kept", nil),
            ("GET", "/api/maxine/nothing", nil),
        ] {
            for option in ["--http1.1", "--http2"] {
                let answer = try gateway.curl(method, path, body: body, options: [option])
                #expect(answer.status == 503, "\(method) \(path): \(answer.body)")
                #expect(answer.headers["content-type"] == "application/problem+json")
                #expect(answer.headers["retry-after"] == "1")
                #expect(answer.headers["maxine-audit"] == nil)
                let problem = try StrictJSON.parse(Array(answer.body.utf8))
                #expect(problem["type"]?.string == "urn:maxine:problem:audit-unavailable")
                #expect(problem["status"]?.integer == 503)
            }
        }
        #expect(try gateway.awaitHealth("/readyz", 503, seconds: 2))
        #expect(try gateway.health("/healthz") == 200)
    }

    private func expectCatalogue(
        _ gateway: GatewayProcess, _ answers: [(id: String, status: Int)]
    ) throws {
        #expect(try gateway.instanceIDs("kept") == ["first", "second"])
        #expect(try gateway.instanceIDs("never").isEmpty)
        for service in Set(answers.map { String($0.id.prefix { $0 != "/" }) }) {
            let listed = try gateway.instanceIDs(service)
            let taken = answers.filter { $0.id.hasPrefix("\(service)/") && $0.status == 201 }
            let wanted = Set(taken.map { String($0.id.dropFirst(service.count + 1)) })
            #expect(listed == wanted, "\(service): \(listed.symmetricDifference(wanted))")
        }
    }
}
