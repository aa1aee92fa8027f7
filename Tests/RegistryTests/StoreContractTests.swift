import Foundation
import GRDB
import Support
import Testing

@testable import Registry

/// What every store must do, run on the fake and on the real one.
@Suite struct StoreContractTests {
    enum Kind: CaseIterable, Sendable { case memory, sqlite }

    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    private func store(_ kind: Kind) throws -> any RegistryStore {
        switch kind {
        case .memory: MemoryStore()
        case .sqlite: try SQLiteStore(path: folder.path("registry.sqlite"))
        }
    }

    private func row(
        _ id: String, sequence: UInt64 = 1, isGone: Bool = false
    ) throws -> StoreBatch.Row {
        let stored = StoredInstance(
            namespace: "default", service: "api", id: id, sequence: sequence,
            detail: try registration(id).encodedDetail())
        return StoreBatch.Row(
            namespace: "default", service: "api", id: id, instance: isGone ? nil : stored)
    }

    @Test(arguments: Kind.allCases) func aNewStoreIsEmpty(kind: Kind) throws {
        #expect(try store(kind).load() == StoredState())
    }

    @Test(arguments: Kind.allCases) func givesBackWhatWasWritten(kind: Kind) throws {
        let store = try store(kind)
        try store.write(
            StoreBatch(rows: [try row("a", sequence: 4), try row("b")], appliedSequence: 7))
        let state = try store.load()
        #expect(state.appliedSequence == 7)
        #expect(state.byKey.count == 2)
        #expect(state.instances.first { $0.id == "a" } == (try row("a", sequence: 4)).instance)
    }

    @Test(arguments: Kind.allCases) func rewindsWithoutLosingAnInstance(kind: Kind) throws {
        let store = try store(kind)
        try store.write(
            StoreBatch(rows: [try row("a", sequence: 4), try row("b", sequence: 12)]))
        try store.write(StoreBatch(appliedSequence: 9))
        #expect(try store.load().highestSequence == 12)
        try store.rewind(to: 7)
        let state = try store.load()
        #expect(state.appliedSequence == 7)
        #expect(state.highestSequence == 7)
        #expect(state.instances.map(\.sequence).sorted() == [4, 7])
        try store.rewind(to: 100)
        #expect(try store.load().byKey == state.byKey)
        #expect(try store.load().appliedSequence == 7)
    }

    @Test(arguments: Kind.allCases) func replacesAndDeletes(kind: Kind) throws {
        let store = try store(kind)
        try store.write(StoreBatch(rows: [try row("a"), try row("b")], appliedSequence: 1))
        try store.write(
            StoreBatch(rows: [
                try row("a", sequence: 9), try row("b", isGone: true), try row("c", isGone: true),
            ]))
        let state = try store.load()
        #expect(state.appliedSequence == 1)
        #expect(state.instances == [try #require(try row("a", sequence: 9).instance)])
    }

    @Test(arguments: Kind.allCases) func canReplaceEverything(kind: Kind) throws {
        let store = try store(kind)
        try store.write(StoreBatch(rows: [try row("a"), try row("b")], appliedSequence: 1))
        try store.write(
            StoreBatch(rows: [try row("c")], appliedSequence: 2, replacesAll: true))
        #expect(try store.load().instances.map(\.id) == ["c"])
    }

    @Test func theFileKeepsTheStateOverAReopening() throws {
        let path = folder.path("registry.sqlite")
        let first = try SQLiteStore(path: path)
        try first.write(StoreBatch(rows: [try row("a")], appliedSequence: 5))
        let written = try first.load()
        try first.close()
        #expect(try SQLiteStore(path: path).load() == written)
    }

    @Test func theFileIsForItsOwnerOnly() throws {
        let path = folder.path("registry.sqlite")
        let store = try SQLiteStore(path: path)
        try store.write(StoreBatch(rows: [try row("a")], appliedSequence: 5))
        for suffix in ["", "-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func aFileThatIsNoDatabaseIsRefused() throws {
        let path = folder.path("registry.sqlite")
        try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: path))
        #expect(throws: RegistryError.self) { try SQLiteStore(path: path) }
    }

    @Test func aFolderThatIsNotThereIsRefused() {
        #expect(throws: RegistryError.self) {
            try SQLiteStore(path: folder.path("none/registry.sqlite"))
        }
    }

    @Test func aDamagedRowIsRefused() throws {
        let path = folder.path("registry.sqlite")
        let store = try SQLiteStore(path: path)
        try store.write(StoreBatch(rows: [try row("a")], appliedSequence: 5))
        try store.close()
        let database = try DatabaseQueue(path: path)
        try database.write { try $0.execute(sql: "UPDATE instances SET detail = x'7b7d'") }
        try database.close()
        #expect(
            throws: RegistryError.store(#"instance "a" of "api": $.address: is missing"#)
        ) {
            try Registry.open(store: try SQLiteStore(path: path), elapsedNanoseconds: 0)
        }
    }

    @Test func aFileOfALaterVersionIsRefused() throws {
        let path = folder.path("registry.sqlite")
        try SQLiteStore(path: path).close()
        let database = try DatabaseQueue(path: path)
        try database.write {
            try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99')")
        }
        try database.close()
        #expect(throws: RegistryError.self) { try SQLiteStore(path: path) }
    }
}
