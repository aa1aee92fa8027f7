import Auth
import Foundation
import Support
import Testing

@testable import Gateway
@testable import LDAP

/// Whoever tries names does not learn from the time of an answer which there are.
@Suite(.enabled(if: SlapdServer.isThere, "slapd and ldap-utils are not installed"))
struct DirectoryTimeTests {
    private static let people = 60
    /// How many try at once.
    private static let together = 4
    private static let deviationsMax = 5.0

    private let server: SlapdServer
    private let directory: DirectoryFixture

    init() throws {
        server = try SlapdServer()
        try server.add((0..<Self.people).map { Self.entry("known-\($0)") }.joined())
        directory = try DirectoryFixture(server.settings("user_attribute: uid\ntimeout: 20s"))
    }

    /// The directory itself takes longer for a wrong password, which it hashes and counts.
    @Test func aNameThatNobodyHasTakesAsLongAsAWrongPassword() async throws {
        let provider = directory.provider()
        let begun = await times { name in
            do throws(ProviderFault) {
                _ = try await provider.signOn(user: name, password: RawToken(Array("wrong".utf8)))
                return nil
            } catch {
                return error.code
            }
        }
        let (wrong, unknown) = (begun["wrong_password"] ?? [], begun["unknown_user"] ?? [])
        #expect(wrong.count == Self.people && unknown.count == Self.people, "\(begun.keys)")
        let apart = RankTest.deviations(wrong, unknown)
        #expect(abs(apart) < Self.deviationsMax, "\(apart)")
    }

    /// How long answers take, by their code, in microseconds.
    private func times(
        _ ask: @escaping @Sendable (String) async -> String?
    ) async -> [String: [Double]] {
        let names = (0..<Self.people).flatMap { ["known-\($0)", "unknown-\($0)"] }.shuffled()
        return await withTaskGroup(of: (String, Double).self) { group in
            var times: [String: [Double]] = [:]
            for (number, name) in names.enumerated() {
                if number >= Self.together, let (code, time) = await group.next() {
                    times[code, default: []].append(time)
                }
                group.addTask {
                    let begin = ContinuousClock.now
                    let code = await ask(name)
                    return (code ?? "", (.now - begin) / .microseconds(1))
                }
            }
            for await (code, time) in group { times[code, default: []].append(time) }
            return times
        }
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
