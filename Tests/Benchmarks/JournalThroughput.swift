import Audit
import Foundation
import GRDB
import NIOConcurrencyHelpers

/// Records a second that so many threads make durable, each one after the other, beside what others would do on this disk.
enum JournalThroughput {
    static let writers = [1, 32, 128, 512]
    private static let seconds = 1.0
    private static let line = [UInt8](repeating: UInt8(ascii: "x"), count: 300)

    /// A way to keep records; makes what one thread writes with.
    private typealias Way = (name: String, thread: () -> () throws -> Void)

    /// Prints a table: a row a way, a column a number of threads.
    static func print(in folder: String) throws {
        Swift.print("records of 300 bytes a second by so many threads, each waits for its own")
        Swift.print(row("", writers.map(String.init)))
        let ways = try ways(in: folder)
        for way in ways {
            Swift.print(row(way.name, try writers.map { String(try measure($0, way.thread)) }))
        }
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        name.padding(toLength: 24, withPad: " ", startingAt: 0)
            + cells.map { String(repeating: " ", count: max(0, 10 - $0.count)) + $0 }.joined()
    }

    private static func ways(in folder: String) throws -> [Way] {
        let journal = try Journal.open(JournalConfiguration(directory: folder + "/throughput"))
        let each = try file(folder + "/each"), none = try file(folder + "/none")
        let turn = NIOLock()
        let database = try DatabaseQueue(
            path: folder + "/throughput.sqlite", configuration: fullySynced)
        try database.write { try $0.execute(sql: "CREATE TABLE record (line BLOB)") }
        let blob = Data(line)
        return [
            ("journal", { journalThread(journal) }),
            (
                "fdatasync a record",
                {
                    {
                        try turn.withLock {
                            try append(to: each)
                            guard fdatasync(each) == 0 else { throw BenchmarkError.refused }
                        }
                    }
                }
            ),
            (
                "SQLite, WAL, FULL",
                {
                    {
                        try database.write {
                            try $0.execute(
                                sql: "INSERT INTO record VALUES (?)", arguments: [blob])
                        }
                    }
                }
            ),
            ("append without sync", { { try append(to: none) } }),
        ]
    }

    /// As an event loop has it, with a batch of one.
    private static func journalThread(_ journal: Journal) -> () throws -> Void {
        let lane = journal.makeLane()
        let detail = Array("{\"text\":\"\(String(repeating: "x", count: 170))\"}".utf8)
        return {
            try lane.append(Record(kind: .system, action: "bench.record", detail: detail))
            var commit = lane.commit(nowNanoseconds: FastLane.now())
            guard commit.next() != nil else { throw BenchmarkError.refused }
        }
    }

    private static var fullySynced: Configuration {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        return configuration
    }

    private static func file(_ path: String) throws -> Int32 {
        let descriptor = open(path, O_CREAT | O_WRONLY | O_APPEND, 0o600)
        guard descriptor >= 0 else { throw BenchmarkError.refused }
        return descriptor
    }

    private static func append(to descriptor: Int32) throws {
        guard write(descriptor, line, line.count) == line.count else {
            throw BenchmarkError.refused
        }
    }

    private static func measure(
        _ threads: Int, _ make: () -> () throws -> Void
    ) throws -> Int {
        let total = NIOLockedValueBox((count: 0, failed: false))
        let done = DispatchGroup()
        let begin = FastLane.now()
        for _ in 0..<threads {
            nonisolated(unsafe) let write = make()
            done.enter()
            let thread = Thread {
                var count = 0
                do {
                    while Double(FastLane.now() - begin) < seconds * 1e9 {
                        try write()
                        count += 1
                    }
                    total.withLockedValue { $0.count += count }
                } catch {
                    total.withLockedValue { $0.failed = true }
                }
                done.leave()
            }
            thread.stackSize = 256 << 10
            thread.start()
        }
        done.wait()
        let elapsed = Double(FastLane.now() - begin) / 1e9
        guard !total.withLockedValue({ $0.failed }) else { throw BenchmarkError.refused }
        return Int(Double(total.withLockedValue { $0.count }) / elapsed)
    }
}
