@testable import Audit
import Foundation
import Glibc
import Testing

@Suite struct SubjectVaultTests {
    static let canaries = ["alice.canary", "203.0.113.77", "canary-agent/7.1"]
    static let name = SubjectName(kind: "user", id: "alice.canary@example.org")

    static func fragment(_ vault: SubjectVault, id: String = name.id) -> IdentityFragment {
        vault.fragment(
            principal: PrincipalFields(kind: "user", id: id, auth: "ldap", roles: ["viewer"]),
            client: ClientFields(
                ip: "203.0.113.77", port: 4711, tls: "1.3", agent: "canary-agent/7.1"))
    }

    static func record(_ vault: SubjectVault) -> Record {
        var record = Record.sample(1)
        record.identity = fragment(vault)
        return record
    }

    static func vault(
        _ system: any FileSystem, folder: String = "/log/subjects"
    ) throws(AuditError) -> SubjectVault {
        try SubjectVault(VaultFiles(system: system, folder: folder, keyFile: nil), ["user"])
    }

    @Test func aRecordOfAPersonTellsAPseudonymAndTheVaultTheRest() throws {
        let vault = try Self.vault(MemoryFileSystem())
        let text = String(decoding: Self.fragment(vault).bytes, as: UTF8.self)
        for canary in Self.canaries { #expect(!text.contains(canary)) }
        let pseudonym = try #require(vault.pseudonym(of: Self.name))
        #expect(text.contains(#""kind":"user","id":"\#(pseudonym)""#))
        #expect(text.contains(#""roles":["viewer"]"#))
        let sealed = try #require(text.firstMatch(of: /"sealed":"([^"]+)"/)).1
        let facts = try #require(vault.reveal(String(sealed), of: pseudonym))
        for canary in Self.canaries {
            #expect(String(decoding: facts, as: UTF8.self).contains(canary))
        }
        #expect(vault.name(of: pseudonym) == Self.name)
        #expect(vault.reveal(String(sealed), of: "p-other") == nil)
        // The same person keeps the pseudonym, another gets another.
        _ = Self.fragment(vault, id: "bob")
        #expect(vault.pseudonym(of: Self.name) == pseudonym)
        #expect(vault.pseudonym(of: SubjectName(kind: "user", id: "bob")) != pseudonym)
    }

    /// What a replay needs stays, what names a person goes: claims, and the owner of a key.
    @Test func claimsAndOwnersAreNotTold() throws {
        let vault = try Self.vault(MemoryFileSystem())
        let claims = #","claims":[["https://idp","email","alice.canary@example.org"]]"#
        let user = PrincipalFields(
            kind: "user", id: Self.name.id, auth: "oidc", roles: ["viewer"],
            attributes: Array((#","ldap_groups":["ops"]"# + claims).utf8))
        let key = PrincipalFields(
            kind: "key", id: "k-17", auth: "api_key", roles: [],
            attributes: Array(
                (#","scopes":["a"],"ceiling":{"kind":"user","id":"alice.canary@example.org","auth":"oidc""#
                    + claims + "}").utf8))
        let client = ClientFields(ip: "203.0.113.77", port: 1, agent: "canary-agent/7.1")
        for principal in [user, key] {
            let fragment = vault.fragment(principal: principal, client: client)
            let text = String(decoding: fragment.bytes, as: UTF8.self)
            for canary in Self.canaries { #expect(!text.contains(canary), "\(text)") }
            let pseudonym = try #require(vault.pseudonym(of: Self.name))
            #expect(text.contains(pseudonym))
            let sealed = String(try #require(text.firstMatch(of: /"sealed":"([^"]+)"/)).1)
            let facts = try #require(vault.reveal(sealed, of: pseudonym))
            #expect(String(decoding: facts, as: UTF8.self).contains("203.0.113.77"))
            #expect(String(decoding: facts, as: UTF8.self).contains("claims"))
            var record = Record.sample(1)
            record.identity = fragment
            var line: [UInt8] = Array(#"{"seq":1,"time":"2026-11-23T14:36:20.123456789Z","#.utf8)
            try RecordEncoder.append(record, to: &line)
            #expect(RecordFields.unlisted(in: line) == [])
        }
        let shown = String(
            decoding: vault.fragment(principal: user, client: client).bytes, as: UTF8.self)
        #expect(shown.contains(#""ldap_groups":["ops"]"#))
        #expect(shown.contains(#""cut":true"#))
        let shownKey = String(
            decoding: vault.fragment(principal: key, client: client).bytes, as: UTF8.self)
        #expect(shownKey.contains(#""id":"k-17""#))
        #expect(shownKey.contains(#""scopes":["a"],"ceiling":{"kind":"user","id":"p-"#))
    }

    @Test func servicesStayClear() throws {
        let vault = try Self.vault(MemoryFileSystem())
        let fragment = vault.fragment(
            principal: PrincipalFields(kind: "service", id: "web", auth: "mtls", roles: []),
            client: ClientFields(ip: "10.0.0.1", port: 1))
        #expect(String(decoding: fragment.bytes, as: UTF8.self).contains(#""ip":"10.0.0.1""#))
        #expect(vault.count == 0)
    }

    @Test func knowsItsPeopleAfterARestart() throws {
        let system = MemoryFileSystem()
        let vault = try Self.vault(system)
        _ = Self.fragment(vault)
        _ = Self.fragment(vault, id: "bob")
        let pseudonym = try #require(vault.pseudonym(of: Self.name))
        let again = try Self.vault(system)
        #expect(again.count == 2)
        #expect(again.pseudonym(of: Self.name) == pseudonym)
        // A row that a crash cut off is none.
        let path = "/log/subjects/vault"
        let whole = system.bytes(of: path)
        system.setBytes(whole + Array("p-0 AAAA".utf8), of: path)
        #expect(try Self.vault(system).count == 2)
        #expect(system.bytes(of: path) == whole)
    }

    @Test func erasesForGoodAndUnderANewWrappingKey() throws {
        let system = MemoryFileSystem()
        let vault = try Self.vault(system)
        let sealed = try #require(
            String(decoding: Self.fragment(vault).bytes, as: UTF8.self)
                .firstMatch(of: /"sealed":"([^"]+)"/)
        ).1
        _ = Self.fragment(vault, id: "bob")
        let pseudonym = try #require(vault.pseudonym(of: Self.name))
        let backup = system.bytes(of: "/log/subjects/vault")
        let keys = system.bytes(of: "/log/subjects/key")
        #expect(try vault.erase(Self.name) == pseudonym)
        #expect(try vault.erase(Self.name) == nil)
        #expect(vault.reveal(String(sealed), of: pseudonym) == nil)
        #expect(vault.name(of: pseudonym) == nil)
        #expect(system.bytes(of: "/log/subjects/key") != keys)
        let again = try Self.vault(system)
        #expect(again.count == 1)
        #expect(again.name(of: pseudonym) == nil)
        #expect(again.pseudonym(of: SubjectName(kind: "user", id: "bob")) != nil)
        // An older copy of the vault opens nothing any more.
        system.setBytes(backup, of: "/log/subjects/vault")
        #expect(throws: AuditError.self) { _ = try Self.vault(system) }
        // The same person later is somebody new.
        _ = Self.fragment(again)
        #expect(again.pseudonym(of: Self.name) != pseudonym)
    }

    @Test func aFaultWhileErasingErasesNothingOrAll() throws {
        for call in 1...40 {
            for fault in MemoryFileSystem.Fault.allCases {
                let system = MemoryFileSystem()
                let vault = try Self.vault(system)
                _ = Self.fragment(vault)
                _ = Self.fragment(vault, id: "bob")
                system.fail(call: system.calls + call, with: fault)
                let erased = (try? vault.erase(Self.name)) ?? nil
                let again = try Self.vault(system.crashed())
                #expect(again.pseudonym(of: SubjectName(kind: "user", id: "bob")) != nil)
                if erased != nil { #expect(again.pseudonym(of: Self.name) == nil) }
            }
        }
    }

    @Test func aPowerCutWhileErasingKeepsTheOthers() throws {
        var random = SplitMix(state: 7)
        let system = MemoryFileSystem()
        let vault = try Self.vault(system)
        _ = Self.fragment(vault)
        _ = Self.fragment(vault, id: "bob")
        system.keepMoments()
        _ = try vault.erase(Self.name)
        for (moment, _) in system.keptMoments() {
            for _ in 0..<8 {
                let cut = moment.afterPowerCut { _ in Bool.random(using: &random) }
                let again = try Self.vault(cut)
                #expect(again.pseudonym(of: SubjectName(kind: "user", id: "bob")) != nil)
            }
        }
    }

    @Test func aHoldForbidsErasingWhomItCovers() throws {
        let system = MemoryFileSystem()
        let vault = try Self.vault(system)
        _ = Self.fragment(vault)
        _ = Self.fragment(vault, id: "bob")
        let pseudonym = try #require(vault.pseudonym(of: Self.name))
        let hold = try #require(
            LegalHold(name: "case-1", pseudonym: pseudonym, reason: "court order 17"))
        try vault.place(hold)
        #expect(throws: AuditError.held("court order 17")) { _ = try vault.erase(Self.name) }
        #expect(try vault.erase(SubjectName(kind: "user", id: "bob")) != nil)
        #expect(try Self.vault(system).holds() == [hold])
        #expect(try vault.lift("case-2") == false)
        #expect(try vault.lift("case-1"))
        #expect(try vault.erase(Self.name) == pseudonym)
        #expect(LegalHold(name: "a b", pseudonym: nil, reason: "x") == nil)
        #expect(LegalHold(name: "a", pseudonym: nil, reason: "x\ny") == nil)
        _ = Self.fragment(vault, id: "c")
        system.setBytes(Array("broken\n".utf8), of: "/log/subjects/holds")
        #expect(throws: AuditError.self) { _ = try vault.erase(SubjectName(kind: "user", id: "c")) }
    }

    /// Live segments, sealed, compressed, published and indexed by hashes: nothing holds the person.
    @Test func noFileHoldsAnErasedPersonAndAllProofsStillVerify() throws {
        let folder = TestFolder()
        let published = TestFolder()
        let vault = try SubjectVault.open(directory: folder.path, personalKinds: ["user"])
        let journal = try Journal.open(folder.configuration(segmentBytes: 8192))
        var settings = NotaryConfiguration(origin: "test/audit")
        settings.intervalSeconds = 0.01
        settings.publishDirectory = published.path
        let notary = try Notary.start(journal, settings)
        var care = CustodianConfiguration()
        care.intervalSeconds = 0.01
        let custodian = Custodian(journal, care)
        let lane = journal.makeLane()
        for round in 0..<60 {
            try lane.append(Self.record(vault))
            try lane.append(.sample(round))
            _ = lane.commit(nowNanoseconds: 1_795_000_000_000_000_001)
        }
        for _ in 0..<2000 where folder.segments.count(where: { $0.hasSuffix(".gz") }) < 2 {
            custodian.hurry()
            usleep(5000)
        }
        NotaryTests.waitFor(notary, size: journal.treeSize)
        let pseudonym = try #require(vault.pseudonym(of: Self.name))
        let lines = try LogTailLines.all(folder.path)
        let record = try #require(lines.last { $0.contains(pseudonym) })
        let sealed = String(try #require(record.firstMatch(of: /"sealed":"([^"]+)"/)).1)
        #expect(vault.reveal(sealed, of: pseudonym) != nil)
        let before = try notary.proof(of: 5)
        #expect(try vault.erase(Self.name) == pseudonym)
        #expect(vault.reveal(sealed, of: pseudonym) == nil)
        custodian.stop()
        journal.close()
        notary.stop()
        #expect(folder.segments.filter { $0.hasSuffix(".gz") }.count >= 2)
        for path in [folder.path, published.path] {
            for canary in Self.canaries { #expect(try Grep.files(in: path, with: canary) == []) }
        }
        #expect(try SubjectVault.open(directory: folder.path, personalKinds: ["user"]).count == 0)
        let evidence = LogEvidence(directory: folder.path)
        let signed = try #require(try evidence.checkpoint())
        for (index, line) in lines.enumerated() {
            let proof = try evidence.proof(of: UInt64(index + 1), under: signed)
            #expect(proof.holds(forLeaf: MerkleTree.leafHash(of: Array(line.utf8))))
        }
        #expect(before.holds(forLeaf: MerkleTree.leafHash(of: Array(lines[4].utf8))))
        var options = VerifyOptions()
        options.keys = try evidence.keys()
        _ = try LogVerifier.verify(directory: folder.path, options: options).get()
    }
}

/// All record lines of a log.
enum LogTailLines {
    static func all(_ directory: String) throws -> [String] {
        var tail = LogTail(directory: directory, from: 1)
        var lines: [String] = []
        while case let records = try tail.next(), !records.isEmpty {
            lines += records.map { String(decoding: $0.line, as: UTF8.self) }
        }
        return lines
    }
}

/// Looks for a text in all files of a folder, inside of compressed ones too.
enum Grep {
    static func files(in folder: String, with text: String) throws -> [String] {
        let names =
            FileManager.default.enumerator(atPath: folder)?
            .compactMap { $0 as? String } ?? []
        var found: [String] = []
        for name in names {
            let path = folder + "/" + name
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            if isFolder.boolValue { continue }
            var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
            if name.hasSuffix(".gz") { bytes += Gunzip.all(bytes) }
            if bytes.firstRange(of: Array(text.utf8)) != nil { found.append(name) }
        }
        return found
    }
}

enum Gunzip {
    static func all(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        var out: [UInt8] = []
        while let length = Gzip.length(ofHead: rest.prefix(Gzip.headBytes)) {
            out += Gzip.content(Array(rest.prefix(length)), bytesMax: 1 << 24) ?? []
            rest = rest.dropFirst(length)
        }
        return out
    }
}
