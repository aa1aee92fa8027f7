import Foundation
@testable import PKI
import Testing

@Suite("What was issued")
struct IssuanceStoreTests {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder()
    }

    private func open() throws -> IssuanceStore {
        try IssuanceStore(directory: scratch.path + "/issued", files: PosixFiles())
    }

    private func record(_ number: UInt64, hour: Int64 = 0, service: String = "web")
        -> IssuanceRecord
    {
        let text = String(number, radix: 16)
        return IssuanceRecord(
            serial: String(repeating: "0", count: 32 - text.count) + text,
            issuerKeyID: "aa00000000000000000000000000000000000001",
            spiffeID: "spiffe://maxine.test/ns/default/dc/dc1/svc/\(service)",
            issuedNanoseconds: OfficeFixture.start,
            notAfterNanoseconds: OfficeFixture.at(hour * 3600 + 60), sequence: number)
    }

    @Test func recordsComeBackAsTheyWere() throws {
        var bytes: [UInt8] = []
        record(1).write(to: &bytes)
        record(2, service: "api").write(to: &bytes)
        #expect(bytes.count < 400)
        var position = 0
        #expect(IssuanceRecord(bytes, at: &position) == record(1))
        #expect(IssuanceRecord(bytes, at: &position) == record(2, service: "api"))
        #expect(IssuanceRecord(bytes, at: &position) == nil)
        for length in 0..<bytes.count {
            var at = 0
            while IssuanceRecord(Array(bytes.prefix(length)), at: &at) != nil {}
        }
    }

    @Test func countsByIdentityAndFindsBySerial() throws {
        let store = try open()
        for number in 1...10 {
            store.add(record(UInt64(number), service: number < 4 ? "api" : "web"))
        }
        #expect(store.live().values.sorted() == [3, 7])
        #expect(store.live(issuers: ["bb"]).isEmpty)
        #expect(store.find(serial: record(5).serial) == [record(5)])
        #expect(try open().live().values.sorted() == [3, 7])
        #expect(try open().storedSequence == 10)
    }

    @Test func cutsWhatWasNotNotedAndTakesItFromTheLogAgain() throws {
        let store = try open()
        store.add(record(1))
        try store.flush()
        let file = try #require(try scratch.names("issued").first { $0.hasSuffix(".issued") })
        let path = scratch.path + "/issued/" + file
        var bytes = try Data(contentsOf: URL(filePath: path))
        record(2).write(to: &bytes.bytesForTest)
        try bytes.write(to: URL(filePath: path))
        try Data([1, 2, 3]).write(to: URL(filePath: scratch.path + "/issued/0000000001.issued"))
        let again = try open()
        #expect(again.storedSequence == 1)
        #expect(again.live().values.reduce(0, +) == 1)
        again.add(record(2))
        #expect(again.live().values.reduce(0, +) == 2)
        #expect(try scratch.names("issued").filter { $0.hasSuffix(".issued") }.count == 1)
    }

    @Test func forgetsByRemovingWholeFiles() throws {
        let store = try open()
        store.add(record(1, hour: 0))
        store.add(record(2, hour: 5))
        try store.flush()
        try store.prune(nowNanoseconds: OfficeFixture.at(2 * 3600))
        #expect(store.live().values.reduce(0, +) == 1)
        #expect(try scratch.names("issued").filter { $0.hasSuffix(".issued") }.count == 1)
    }

    @Test func startsInNoTimeWithAMillionRecords() throws {
        let store = try open()
        for number in 1...1_000_000 {
            store.add(
                record(UInt64(number), hour: Int64(number % 24), service: "s\(number % 1000)"))
        }
        try store.flush()
        let clock = ContinuousClock()
        let start = clock.now
        let again = try open()
        let opened = clock.now - start
        #expect(again.storedSequence == 1_000_000)
        #expect(again.live().values.reduce(0, +) == 1_000_000)
        print(
            "issuance store with 1,000,000 records: opened in \(opened), all counted in \(clock.now - start)"
        )
        #expect(opened < .seconds(2))
        let bytes = try scratch.names("issued").reduce(0) { sum, name in
            sum + (try Data(contentsOf: URL(filePath: scratch.path + "/issued/" + name)).count)
        }
        #expect(bytes < 200_000_000, "200 bytes a certificate at most")
    }
}

extension Data {
    /// The bytes as an array that can be appended to.
    fileprivate var bytesForTest: [UInt8] {
        get { Array(self) }
        set { self = Data(newValue) }
    }
}
