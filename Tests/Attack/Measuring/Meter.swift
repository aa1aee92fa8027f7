import Foundation
import Glibc
import NIOConcurrencyHelpers
import Support

/// What the gateway's process takes while it is attacked.
final class Meter: Sendable {
    struct Usage: Sendable {
        /// Resident memory when the attack began, and the most since.
        var memoryBytes = 0
        var memoryBytesMost = 0
        /// What the log and stderr grew by since, and in how long.
        var logBytes = 0
        var seconds = 0.0
    }

    private struct State {
        var usage = Usage()
        var begin: ContinuousClock.Instant?
        var isStopped = false
        /// The most that the log has held so far.
        var logBytesMost = 0
    }

    private let process: pid_t
    private let folder: URL
    private let state = NIOLockedValueBox(State())

    init(process: pid_t, folder: URL) {
        self.process = process
        self.folder = folder
    }

    /// Measures from now on.
    func begin() {
        let (memory, log) = (residentBytes(), logBytes())
        state.withLockedValue { state in
            state.usage = Usage(memoryBytes: memory, memoryBytesMost: memory)
            state.logBytesMost = log
            state.begin = .now
        }
    }

    func stop() { state.withLockedValue { $0.isStopped = true } }

    /// Looks five times a second, until it is stopped.
    func run() async throws {
        var number = 0
        while !state.withLockedValue({ $0.isStopped }) {
            try await Task.sleep(for: .milliseconds(200))
            let memory = residentBytes()
            let log = number % 5 == 4 ? logBytes() : nil
            number += 1
            state.withLockedValue { state in
                guard let begin = state.begin else { return }
                state.usage.memoryBytesMost = max(state.usage.memoryBytesMost, memory)
                guard let log else { return }
                // What somebody takes away and puts back is not written twice.
                state.usage.logBytes += max(0, log - state.logBytesMost)
                state.usage.seconds = (ContinuousClock.now - begin) / .seconds(1)
                state.logBytesMost = max(state.logBytesMost, log)
            }
        }
    }

    var usage: Usage { state.withLockedValue { $0.usage } }

    private func residentBytes() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)
        else {
            return 0
        }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    private func logBytes() -> Int {
        let segments = folder.appending(path: "data/audit/segments")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: segments.path)) ?? []
        let written = names.map { WrittenBytes.count(segments.appending(path: $0).path) }
        return written.reduce(WrittenBytes.count(folder.appending(path: "serve.log").path), +)
    }
}

/// How much of a file is written; segments are filled ahead with newlines.
private enum WrittenBytes {
    private static let blockBytes = 64 << 10

    static func count(_ path: String) -> Int {
        guard let file = FileHandle(forReadingAtPath: path),
            var end = try? file.seekToEnd()
        else { return 0 }
        while end > 0 {
            let start = end > UInt64(blockBytes) ? end - UInt64(blockBytes) : 0
            guard (try? file.seek(toOffset: start)) != nil,
                let block = try? file.read(upToCount: Int(end - start))
            else { return 0 }
            if let last = block.lastIndex(where: { $0 != UInt8(ascii: "\n") }) {
                return Int(start) + last - block.startIndex + 1
            }
            end = start
        }
        return 0
    }
}
