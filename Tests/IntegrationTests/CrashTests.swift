import Foundation
import Support
import Testing

/// What the gateway acknowledged is there after a crash, and the log is whole.
@Suite(.serialized) struct CrashTests {
    private static let rounds = 50

    @Test(.timeLimit(.minutes(15)))
    func keepsEveryAcknowledgedRegistrationOverFiftyKills() throws {
        var random = SeededGenerator(for: "CrashTests")
        let gateway = try GatewayProcess(
            configuration: RegisteringClients.manyAllowed
                + "audit: { segment_bytes: 256KiB, fill_bytes: 64KiB }\n")
        var acknowledged: [String: Set<String>] = [:]
        for round in 1...Self.rounds {
            try gateway.start()
            try expectAll(acknowledged, in: gateway, round: round)
            let service = "crash-\(round)"
            let clients = try RegisteringClients(gateway, service: service, clients: 16, each: 500)
            usleep(UInt32.random(in: 20_000...900_000, using: &random))
            gateway.crash()
            let answers = try clients.finish()
            #expect(answers.allSatisfy { $0.status == 201 }, "round \(round)")
            acknowledged[service] = Set(answers.map(\.id))
            let verified = try gateway.verify()
            #expect(
                verified.status == 0 || isTornTail(verified, gateway),
                "round \(round): \(verified.output)\(verified.error)")
        }
        try gateway.start()
        try expectAll(acknowledged, in: gateway, round: Self.rounds + 1)
        #expect(gateway.stop() == 0)
        #expect(try gateway.verify().status == 0)
        try expectOneOutcomeForEachIntent(gateway)
        let total = acknowledged.values.reduce(0) { $0 + $1.count }
        print("CrashTests: \(total) acknowledged registrations over \(Self.rounds) kills")
        #expect(total > Self.rounds)
    }

    /// The killed process may have left half a batch in the newest segment; the next start moves it to quarantine.
    private func isTornTail(_ result: Shell.Result, _ gateway: GatewayProcess) -> Bool {
        let segments = gateway.folder.appending(path: "data/audit/segments").path
        let newest = (try? FileManager.default.contentsOfDirectory(atPath: segments))?.max()
        return result.status == 6 && result.error.contains("/\(newest ?? "?"):")
    }

    /// Right after the start: every acknowledged instance is listed, and the log verifies.
    private func expectAll(
        _ acknowledged: [String: Set<String>], in gateway: GatewayProcess, round: Int
    ) throws {
        let verified = try gateway.verify()
        #expect(verified.status == 0, "round \(round): \(verified.output)\(verified.error)")
        guard round > 1 else { return }
        let result = try Shell.run(
            [
                "curl", "-sS", "--cert", "certs/operator.pem", "--key", "certs/operator.key",
                "--cacert", "certs/bundle.pem",
                "\(gateway.serviceAddress)/api/maxine/services/crash-[1-\(round - 1)]",
            ], directory: gateway.folder)
        var listed: [String: Set<String>] = [:]
        for part in result.output.components(separatedBy: "{\"service\":\"").dropFirst() {
            let service = String(part.prefix { $0 != "\"" })
            listed[service] = Set(ListedText.ids(in: part))
            if let next = ListedText.next(in: part) {
                listed[service]?.formUnion(try gateway.instanceIDs(service, next: next))
            }
        }
        #expect(listed.count == round - 1, "round \(round): \(result.error)")
        for (service, ids) in acknowledged {
            let lost = ids.subtracting(listed[service] ?? [])
            #expect(lost.isEmpty, "round \(round): \(service) lost \(lost.sorted())")
        }
    }

    private func expectOneOutcomeForEachIntent(_ gateway: GatewayProcess) throws {
        let result = try Shell.run(
            [
                "sh", "-c",
                """
                for file in data/audit/segments/*; do
                    case $file in
                    *.jsonl) cat "$file" ;;
                    *.jsonl.gz) [ -e "${file%.gz}" ] || gzip -dc "$file" ;;
                    esac
                done >whole
                grep '"type":"intent"' whole | sed 's/^{"seq":\\([0-9]*\\).*/\\1/' | sort >intents
                grep '"type":"outcome"' whole | sed 's/.*"intent":\\([0-9]*\\).*/\\1/' | sort >outcomes
                diff intents outcomes | head -n 20; wc -l <intents
                """,
            ], directory: gateway.folder)
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 1, "\(result.output)")
        #expect((Int(lines.last ?? "") ?? 0) > 0)
    }
}
