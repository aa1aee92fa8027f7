import Auth
import Crypto
import Foundation
import StrictJSON
import Support
import Synchronization
import Testing

@testable import Auth
@testable import PKI

/// The keys of our tokens by themselves: names, files, turns.
@Suite struct SigningKeyTests {
    private static let now: Int64 = 1_800_000_000_000_000_000
    private static let life: Int64 = 3_600_000_000_000 + 300_000_000_000

    /// Made with joserfc: `ECKey.import_key(...).thumbprint()`.
    @Test func aKeyIsNamedByItsThumbprint() {
        let key = PublishedKey(
            x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
        #expect(key.keyID == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U")
    }

    /// One of 64 thumbprints begins with a dash, and then names an option.
    @Test func aNameCanBeAWordOfACommand() {
        for _ in 0..<1000 {
            let key = SigningKey(madeNanoseconds: Self.now)
            #expect(!key.published.keyID.hasPrefix("-"))
        }
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        var keys = SigningKeys(nowNanoseconds: Self.now)
        keys = keys.rotated(nowNanoseconds: Self.now + 1).rotated(nowNanoseconds: Self.now + 2)
        let back = try #require(SigningKeys(keys.encoded))
        #expect(back.encoded == keys.encoded)
        #expect(back.published == keys.published && back.retired.count == 2)
        #expect(back.current.published != back.next.published)
    }

    @Test func aFileWithASecretLessIsNone() throws {
        let whole = SigningKeys(nowNanoseconds: Self.now).encoded
        for length in stride(from: 0, to: whole.count - 1, by: 37) {
            #expect(SigningKeys(Array(whole.prefix(length))) == nil)
        }
        let text = String(decoding: whole, as: UTF8.self)
        for (from, to) in [
            (#""version":1"#, #""version":2"#), (#""sequence":1"#, #""sequence":-1"#),
            ("BEGIN PRIVATE KEY", "BEGIN PUBLIC KEY"), (#""next""#, #""other""#),
        ] {
            #expect(text.contains(from))
            #expect(SigningKeys(Array(text.replacing(from, with: to).utf8)) == nil, "\(to)")
        }
    }

    @Test func noClockOverflowsATurn() {
        for now in [Int64.max, 0, -1, .min] {
            let keys = SigningKeys(nowNanoseconds: now).rotated(nowNanoseconds: now)
            #expect(keys.retired.count == 1 && keys.sequence > 0)
            #expect(keys.retired[0].untilNanoseconds >= now)
        }
    }

    /// The last token may be signed while the change is on its way to the disk.
    @Test func aRetiredKeyStaysUntilTheLastTokenThatItSigned() throws {
        let folder = try TestFolder()
        let ring = try SigningKeyRing(directory: folder.path, nowNanoseconds: Self.now)
        let change = ring.rotation(nowNanoseconds: Self.now)
        let end = Self.now + 2 * Self.life
        let signed = try #require(
            ring.sign(type: "at+jwt", claims: Array("{}".utf8), endNanoseconds: end))
        #expect(try ring.adopt(change))
        #expect(ring.withdrawal(nowNanoseconds: end - 1) == nil)
        #expect(ring.published.contains { $0.keyID == signed.keyID })
        let last = try #require(ring.withdrawal(nowNanoseconds: end))
        #expect(try ring.adopt(last))
        #expect(!ring.published.contains { $0.keyID == signed.keyID })
    }

    /// Two changes were planned at once: the second one would bring back what the first one took away.
    @Test func aChangeThatWasOvertakenIsNotAdopted() throws {
        let folder = try TestFolder()
        let ring = try SigningKeyRing(directory: folder.path, nowNanoseconds: Self.now)
        let change = ring.rotation(nowNanoseconds: Self.now)
        let first = ring.published.map(\.keyID)
        #expect(try ring.retire([first[0]], nowNanoseconds: Self.now) == [first[0]])
        #expect(try !ring.adopt(change))
        #expect(ring.published.first?.keyID == first[1])
        let again = try SigningKeyRing(directory: folder.path, nowNanoseconds: Self.now)
        #expect(again.published == ring.published)
    }

    @Test func ofAKeyThatSignsNoMoreNoPrivateHalfIsKept() throws {
        let folder = try TestFolder()
        let ring = try SigningKeyRing(directory: folder.path, nowNanoseconds: Self.now)
        func secrets() throws -> Int {
            try String(contentsOfFile: ring.path, encoding: .utf8)
                .components(separatedBy: "BEGIN PRIVATE KEY").count - 1
        }
        #expect(try secrets() == 2)
        for _ in 0..<3 { #expect(try ring.adopt(ring.rotation(nowNanoseconds: Self.now))) }
        #expect(try secrets() == 2 && ring.published.count == 5)
        let again = try SigningKeyRing(directory: folder.path, nowNanoseconds: Self.now)
        #expect(again.published == ring.published && again.sequence == ring.sequence)
        #expect(!again.isNew)
    }

    /// What can't be written changes nothing, and the next start finds the old keys or the new ones, whole.
    @Test(arguments: [true, false])
    func aFailedWriteLeavesOldOrNewKeys(persisted: Bool) throws {
        for number in 0..<3 {
            let folder = try TestFolder()
            let first = try SigningKeyRing(directory: folder.path, nowNanoseconds: Self.now)
            let ring = try SigningKeyRing(
                directory: folder.path, nowNanoseconds: Self.now,
                files: FailingFiles(after: number, persisted: persisted))
            let change = ring.rotation(nowNanoseconds: Self.now)
            #expect(throws: PKIError.self) { try ring.adopt(change) }
            #expect(ring.published == first.published)
            let next = try SigningKeyRing(directory: folder.path, nowNanoseconds: Self.now)
            let isNew = next.published == change.keys.published
            #expect(isNew || next.published == first.published)
            #expect(isNew == (persisted ? number >= 1 : number >= 2), "change \(number)")
        }
    }
}

/// The real files, of which one change fails: before it is done, or though it was done.
private struct FailingFiles: DurableFiles {
    private let real = PosixFiles()
    private let left: Countdown
    private let persisted: Bool

    init(after number: Int, persisted: Bool) {
        left = Countdown(number)
        self.persisted = persisted
    }

    private func change(_ body: () throws(PKIError) -> Void) throws(PKIError) {
        guard left.isOver() else { return try body() }
        if persisted { try body() }
        throw .fileFailed(path: "keys", operation: "injected", errno: EIO)
    }

    func status(_ path: String) throws(PKIError) -> FileStatus? { try real.status(path) }
    func names(in directory: String) throws(PKIError) -> [String] { try real.names(in: directory) }
    func read(_ path: String, max: Int) throws(PKIError) -> [UInt8] {
        try real.read(path, max: max)
    }
    func create(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(PKIError) {
        try change { () throws(PKIError) in try real.create(path, bytes, mode: mode) }
    }
    func createDirectory(_ path: String, mode: UInt32) throws(PKIError) {
        try real.createDirectory(path, mode: mode)
    }
    func rename(_ from: String, to: String) throws(PKIError) {
        try change { () throws(PKIError) in try real.rename(from, to: to) }
    }
    func syncDirectory(_ path: String) throws(PKIError) {
        try change { () throws(PKIError) in try real.syncDirectory(path) }
    }
    func remove(_ path: String) throws(PKIError) { try real.remove(path) }
    func removeDirectory(_ path: String) throws(PKIError) { try real.removeDirectory(path) }
}

/// Counts changes down, once.
private final class Countdown: Sendable {
    private let left: Synchronization.Atomic<Int>

    init(_ count: Int) { left = Synchronization.Atomic(count) }

    func isOver() -> Bool { left.subtract(1, ordering: .relaxed).newValue == -1 }
}
