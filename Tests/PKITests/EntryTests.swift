import Foundation
import Testing

@testable import PKI

@Suite struct EntryTests {
    private let rules = EntryRules(trustDomain: "example.org")

    private func draft(_ selectors: [String] = ["unix:uid:0"]) -> EntryDraft {
        EntryDraft(spiffeID: "spiffe://example.org/web", agent: "node-1", selectors: selectors)
    }

    private func checked(_ draft: EntryDraft) throws -> RegistrationEntry {
        try draft.checked(by: rules, id: String(repeating: "a", count: 32), nowNanoseconds: 1)
    }

    @Test(arguments: [
        "unix:uid:0", "unix:uid:4294967295", "unix:gid:5", "unix:supplementary_gid:27",
        "unix:user:web", "unix:group:web", "unix:path:/usr/bin/envoy",
        "unix:sha256:" + String(repeating: "0a", count: 32), "systemd:id:web.service",
        "cgroup:path:/system.slice/web.service",
    ])
    func aSelectorIsReadAndWritten(text: String) throws {
        #expect(try WorkloadSelector(parsing: text).description == text)
    }

    @Test(arguments: [
        "", "unix", "unix:uid", "unix:uid:", "unix:uid:-1", "unix:uid:01", "unix:uid:4294967296",
        "unix:uid: 1", "unix:name:web", "UNIX:uid:1", "unix:path:relative", "unix:user:a/b",
        "unix:sha256:" + String(repeating: "0A", count: 32), "unix:sha256:00",
        "systemd:id:/a", "unix:path:/a\nb", "unix:path:/" + String(repeating: "a", count: 2000),
    ])
    func whatIsNoSelectorIsRefused(text: String) {
        #expect(throws: EntryRefusal.self) { try WorkloadSelector(parsing: text) }
    }

    @Test func anEntryWantsAllOfItsSelectors() throws {
        let entry = try checked(draft(["unix:uid:1", "unix:path:/a"]))
        #expect(entry.admits([.init(.uid, "1"), .init(.path, "/a"), .init(.gid, "2")]))
        #expect(!entry.admits([.init(.uid, "1")]))
        #expect(!entry.admits([]))
    }

    @Test(arguments: [
        "spiffe://elsewhere.example/web", "spiffe://example.org", "spiffe://example.org/agent/a",
        "spiffe://example.org/agent", "spiffe://example.org/operator/a", "https://example.org/a",
        "spiffe://example.org/ns/maxine/dc/dc1/svc/maxine",
    ])
    func anIdentityThatIsNoWorkloadsIsRefused(id: String) {
        var draft = draft()
        draft.spiffeID = id
        #expect(throws: EntryRefusal.self) { try checked(draft) }
    }

    @Test func anEntrySurvivesTheStore() throws {
        let path = NSTemporaryDirectory() + UUID().uuidString + ".sqlite"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var draft = draft(["unix:uid:1", "systemd:id:web.service"])
        draft.hint = "internal"
        draft.x509TTLSeconds = 600
        draft.federatesWith = ["other.example"]
        let entry = try checked(draft)
        let token = StoredJoinToken(hash: [1, 2], agent: "a", expiresNanoseconds: 9)
        do {
            let store = try SQLiteEntryStore(path: path, rules: rules)
            try store.add(entry, index: 7)
            try store.add(token)
            try store.use(hash: [1, 2], nowNanoseconds: 5)
            #expect(throws: EntryRefusal.self) { try store.use(hash: [1, 2], nowNanoseconds: 6) }
        }
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)
        let stored = try SQLiteEntryStore(path: path, rules: rules).load()
        #expect(stored.entries == [entry])
        #expect(stored.index == 7)
        #expect(stored.tokens.map(\.usedNanoseconds) == [5])
    }
}
