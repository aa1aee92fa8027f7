import Audit
import Auth
import Foundation
import Policy
import Support
import Testing

/// Who a person is stands in the log as a pseudonym and a ciphertext, for as long as their key is kept.
@Suite struct PersonVaultTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func vault() throws -> PersonVault {
        try PersonVault(path: folder.path("persons.sqlite"))
    }

    private static func user(_ id: String) -> Principal {
        Principal(kind: .user, id: id, authentication: .jwt)
    }

    @Test func aPersonIsTheSameAfterAStart() throws {
        let first = try vault()
        let alice = try #require(try first.person(behind: Self.user("idp/alice")))
        let bob = try #require(try first.person(behind: Self.user("idp/bob")))
        #expect(alice.pseudonym != bob.pseudonym)
        let sealed = alice.seal("idp/alice", for: "principal.id")
        try first.close()
        let second = try vault()
        #expect(try second.person(behind: Self.user("idp/alice"))?.pseudonym == alice.pseudonym)
        #expect(second.open(sealed, of: alice.pseudonym, for: "principal.id") == "idp/alice")
        try second.close()
    }

    @Test func moreThanItMayKnowAreRefused() throws {
        let vault = try PersonVault(path: folder.path("persons.sqlite"), max: 2)
        for id in ["idp/alice", "idp/bob"] { _ = try vault.person(behind: Self.user(id)) }
        #expect(throws: AuthError.store("the log speaks of as many persons as it may")) {
            _ = try vault.person(behind: Self.user("idp/carol"))
        }
        let again = try vault.person(behind: Self.user("idp/alice"))
        #expect(again != nil, "who is known stays so")
        try vault.close()
    }

    /// Nothing that was put to the file is lost with the process: what is read is what a crash leaves.
    @Test func aKeyIsOnDiskBeforeItIsUsed() throws {
        let first = try vault()
        let alice = try #require(try first.person(behind: Self.user("idp/alice")))
        let copy = folder.path("copy.sqlite")
        for end in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: folder.path("persons.sqlite") + end, toPath: copy + end)
        }
        let second = try PersonVault(path: copy)
        #expect(try second.person(behind: Self.user("idp/alice"))?.pseudonym == alice.pseudonym)
        try first.close()
        try second.close()
    }

    @Test func whatIsSealedIsOpenedForItsPersonAndMemberOnly() throws {
        let vault = try vault()
        let alice = try #require(try vault.person(behind: Self.user("idp/alice")))
        let bob = try #require(try vault.person(behind: Self.user("idp/bob")))
        let sealed = alice.seal("10.0.0.7", for: "client.ip")
        #expect(alice.open(sealed, for: "client.ip") == "10.0.0.7")
        #expect(alice.open(sealed, for: "client.agent") == nil)
        #expect(bob.open(sealed, for: "client.ip") == nil)
        #expect(alice.open("", for: "client.ip") == nil)
        #expect(alice.seal("10.0.0.7", for: "client.ip") != sealed, "no two look alike")
        try vault.close()
    }

    @Test(arguments: [Principal.Kind.service, .operator, .anonymous])
    func machinesAndOperatorsAreNoPersons(kind: Principal.Kind) throws {
        let vault = try vault()
        #expect(
            try vault.person(behind: Principal(kind: kind, id: "x", authentication: .mtls)) == nil)
        try vault.close()
    }

    @Test func theFileNamesNobodyAndIsForItsOwnerOnly() throws {
        let vault = try vault()
        _ = try vault.person(behind: Self.user("idp/alice-canary"))
        try vault.close()
        let path = folder.path("persons.sqlite")
        let bytes = try Data(contentsOf: URL(filePath: path))
        #expect(bytes.range(of: Data("alice-canary".utf8)) == nil)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test func aRecordHidesWhoWhereAndWith() throws {
        let vault = try vault()
        let alice = try #require(try vault.person(behind: Self.user("idp/alice")))
        let fragment = IdentityFragment(
            principal: PrincipalFields(kind: "user", id: "idp/alice", auth: "jwt", roles: ["ops"]),
            client: ClientFields(ip: "10.0.0.7", port: 4711, agent: "curl/8"), person: alice)
        let text = fragment.text
        for clear in ["alice", "10.0.0.7", "curl"] { #expect(!text.contains(clear), "\(text)") }
        #expect(text.contains(#""kind":"user","id":{"pseudonym":"\#(alice.pseudonym)","sealed":""#))
        #expect(text.contains(#""roles":["ops"]"#), "what decides stays clear")
        #expect(text.contains(#""client":{"ip":{"pseudonym":"#))
        #expect(text.contains(#""port":4711"#))
        #expect(text.contains(#""agent":{"pseudonym":"#))
        try vault.close()
    }
}
