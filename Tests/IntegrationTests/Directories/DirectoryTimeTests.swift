import Foundation
import Support
import Testing

/// Whoever tries names does not learn from the time of an answer which there are.
@Suite(.enabled(if: SlapdServer.isThere, "slapd and ldap-utils are not installed"))
struct DirectoryTimeTests {
    private static let people = 60
    /// How many try at once.
    private static let together = 4
    private static let deviationsMax = 5.0

    @Test func aNameThatNobodyHasTakesAsLongAsAWrongPassword() async throws {
        let server = try SlapdServer()
        try server.add((0..<Self.people).map { Self.entry("known-\($0)") }.joined())
        let gateway = try GatewayProcess.started(
            policy: DirectorySignOnTests.policy,
            configuration: server.settings("user_attribute: uid\ntimeout: 20s"))
        let names = (0..<Self.people).flatMap { ["known-\($0)", "unknown-\($0)"] }.shuffled()
        let times = try await times(of: names, at: gateway)
        let known = times.filter { $0.key.hasPrefix("known") }.map(\.value)
        let unknown = times.filter { $0.key.hasPrefix("unknown") }.map(\.value)
        #expect(known.count == Self.people && unknown.count == Self.people)
        let apart = RankTest.deviations(known, unknown)
        #expect(abs(apart) < Self.deviationsMax, "\(apart)")
    }

    /// How long the refusal of each name takes, in seconds; a few are asked for at once.
    private func times(
        of names: [String], at gateway: GatewayProcess
    ) async throws -> [String: Double] {
        let (folder, address) = (gateway.folder, gateway.peopleAddress)
        return try await withThrowingTaskGroup(of: (String, Double).self) { group in
            var times: [String: Double] = [:]
            for (number, name) in names.enumerated() {
                if number >= Self.together, let (name, time) = try await group.next() {
                    times[name] = time
                }
                group.addTask { (name, try await Self.time(name, at: address, folder)) }
            }
            for try await (name, time) in group { times[name] = time }
            return times
        }
    }

    private static func time(
        _ name: String, at address: String, _ folder: URL
    ) async throws -> Double {
        let result = try await Shell.run(
            aside: [
                "curl", "-sS", "-o", "/dev/null", "--max-time", "20", "--cacert",
                "certs/bundle.pem", "-w",
                "%{http_code} %{time_pretransfer} %{time_total}", "-H",
                "content-type: application/json", "-d",
                #"{"user":"\#(name)","password":"wrong"}"#,
                address + "/api/maxine/auth/login",
            ], directory: folder)
        let words = result.output.split(separator: " ").compactMap { Double($0) }
        guard words.count == 3, words[0] == 401 else {
            throw TestFault(description: "\(name): \(result.output) \(result.error)")
        }
        return words[2] - words[1]
    }

    /// Somebody whose password takes the directory some 40 ms to check, as good hashes do.
    private static func entry(_ name: String) -> String {
        """
        dn: uid=\(name),ou=people,\(SlapdServer.base)
        objectClass: inetOrgPerson
        cn: \(name)
        sn: Person
        userPassword: {CRYPT}$6$rounds=100000$salt$\(String(repeating: "x", count: 86))


        """
    }
}
