import Atomics
import Audit
import Foundation

/// What a durable record costs: the journal beside one sync a record, SQLite, and no sync at all, in one run.
///
/// `JournalBenchmark [seconds a cell]` prints records a second by writers; `JournalBenchmark verify N` how fast a log
/// of N records is verified.
@main
struct JournalBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "maxine-journal-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        if arguments.first == "verify" {
            let count = arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
            return try VerifyBenchmark(folder: folder, records: count).run()
        }
        let seconds = arguments.first.flatMap { Double($0) } ?? 2
        print("records a second; a writer waits for its record before it writes the next")
        print("fdatasync of 400 bytes: \(SyncTimes(folder).text)")
        print(
            row(["writers", "journal", "journal, 2 lanes", "sync each", "SQLite FULL", "no sync"]))
        for writers in [1, 32, 128, 512] {
            print(row([String(writers)] + (try measure(writers, seconds, folder))))
        }
        print("fdatasync of 400 bytes: \(SyncTimes(folder).text)")
    }

    private static func measure(
        _ writers: Int, _ seconds: Double, _ folder: String
    ) throws -> [String] {
        try [
            JournalWriters(folder).run(threads: writers, each: 1, seconds),
            JournalWriters(folder).run(
                threads: min(2, writers), each: max(1, writers / 2), seconds),
            FileWriters(folder, syncs: true).run(writers, seconds),
            SQLiteWriters(folder).run(writers, seconds),
            FileWriters(folder, syncs: false).run(writers, seconds),
        ].map { String(Int($0)) }
    }

    static func row(_ cells: [String]) -> String {
        cells.map { String(repeating: " ", count: max(0, 17 - $0.count)) + $0 }.joined()
    }
}

/// Runs the same loop on many threads for a while; gives turns a second.
enum Threads {
    static func perSecond(
        _ count: Int, _ seconds: Double, _ turn: @escaping @Sendable (Int) -> Int
    ) -> Double {
        let stops = ManagedAtomic(false)
        let turns = ManagedAtomic(0)
        let group = DispatchGroup()
        let start = Date()
        for number in 0..<count {
            group.enter()
            let thread = Thread {
                while !stops.load(ordering: .relaxed) {
                    let done = turn(number)
                    turns.wrappingIncrement(by: done, ordering: .relaxed)
                }
                group.leave()
            }
            thread.stackSize = 1 << 19
            thread.start()
        }
        Thread.sleep(forTimeInterval: seconds)
        stops.store(true, ordering: .relaxed)
        group.wait()
        return Double(turns.load(ordering: .relaxed)) / Date().timeIntervalSince(start)
    }
}

/// A record as a discovery writes it, about 400 bytes in the log.
enum Sample {
    static let identity = IdentityFragment(
        principal: PrincipalFields(
            kind: "service", id: "spiffe://maxine.local/ns/default/dc/dc1/svc/web", auth: "mtls",
            roles: ["service"]),
        client: ClientFields(ip: "127.0.0.1", port: 40_000, tls: "1.3", certificate: "5700f653"))
    static let policy = PolicyFragment(
        digest: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")

    static func record(_ number: UInt64) -> Record {
        Record(
            kind: .decision, request: RequestID(high: number, low: 1), identity: identity,
            action: "service.discover", resource: ResourceFields(service: "api"), verdict: .allow,
            gate: "intention", rule: "web-to-api", policy: policy, status: 200,
            decisionID: number)
    }

    static let line = [UInt8](repeating: 0x78, count: 400)
}
