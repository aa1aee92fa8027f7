import Atomics
import Audit
import Foundation
import GRDB
import NIOConcurrencyHelpers

/// The journal, each thread with a lane of its own.
struct JournalWriters {
    private let folder: String

    init(_ folder: String) { self.folder = folder + "/journal-\(UUID().uuidString)" }

    /// Each thread commits `each` records at once, as an event loop does for its clients.
    func run(threads: Int, each: Int, _ seconds: Double) throws -> Double {
        let journal = try Journal.open(JournalConfiguration(directory: folder))
        let notary = try Notary.start(journal, NotaryConfiguration(origin: "bench/audit"))
        let lanes = (0..<threads).map { _ in UncheckedLane(journal.makeLane()) }
        let rate = Threads.perSecond(threads, seconds) { number in
            let lane = lanes[number].lane
            for place in 0..<each { try? lane.append(Sample.record(UInt64(place))) }
            let commit = lane.commit(nowNanoseconds: JournalConfiguration.systemClock())
            return commit.failure == nil ? commit.count : 0
        }
        journal.close()
        notary.stop()
        try? FileManager.default.removeItem(atPath: folder)
        return rate
    }
}

/// A lane that its one thread gets from outside.
final class UncheckedLane: @unchecked Sendable {
    let lane: JournalLane

    init(_ lane: JournalLane) { self.lane = lane }
}

/// A file that all threads append to, with a sync each or without any.
struct FileWriters {
    private let path: String
    private let syncs: Bool

    init(_ folder: String, syncs: Bool) {
        path = folder + "/file-\(UUID().uuidString)"
        self.syncs = syncs
    }

    func run(_ writers: Int, _ seconds: Double) throws -> Double {
        let descriptor = open(path, O_CREAT | O_WRONLY | O_APPEND, 0o600)
        defer {
            close(descriptor)
            unlink(path)
        }
        let lock = NIOLock()
        return Threads.perSecond(writers, seconds) { _ in
            lock.withLock {
                _ = write(descriptor, Sample.line, Sample.line.count)
                if syncs { fdatasync(descriptor) }
            }
            return 1
        }
    }
}

/// SQLite in WAL mode with full sync, a transaction a record.
struct SQLiteWriters {
    private let path: String

    init(_ folder: String) { path = folder + "/\(UUID().uuidString).sqlite" }

    func run(_ writers: Int, _ seconds: Double) throws -> Double {
        let pool = try DatabasePool(path: path)
        // The pool opens its writer with NORMAL.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try pool.write { database in
            try database.execute(sql: "CREATE TABLE records (seq INTEGER PRIMARY KEY, line BLOB)")
        }
        let line = Data(Sample.line)
        let rate = Threads.perSecond(writers, seconds) { _ in
            let done: Void? = try? pool.write { database in
                try database.execute(
                    sql: "INSERT INTO records (line) VALUES (?)", arguments: [line])
            }
            return done == nil ? 0 : 1
        }
        try pool.close()
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        return rate
    }
}

/// How long the disk takes to sync one record.
struct SyncTimes {
    let text: String

    init(_ folder: String) {
        let path = folder + "/probe"
        let descriptor = open(path, O_CREAT | O_WRONLY | O_APPEND, 0o600)
        var times: [Int64] = []
        for _ in 0..<300 {
            _ = write(descriptor, Sample.line, Sample.line.count)
            let start = JournalConfiguration.systemClock()
            fdatasync(descriptor)
            times.append((JournalConfiguration.systemClock() - start) / 1000)
        }
        close(descriptor)
        unlink(path)
        times.sort()
        text = "median \(times[150]) us, p99 \(times[297]) us"
    }
}
