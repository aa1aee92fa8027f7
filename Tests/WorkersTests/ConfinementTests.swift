import Glibc
import Support
import Testing
import Workers

/// What a worker tries that it may not.
@Suite struct ConfinementTests {
    private static let pool = WorkerPool(.confined)

    @Test(arguments: [
        "read a file", "write a file", "remove a file", "look at a folder", "look into a process",
        "open a socket", "open a local socket", "make a pair", "become a program",
        "start a program", "start a thread", "end its parent", "make memory to execute",
        "make memory of its own executable", "become somebody else",
    ])
    func isRefused(deed: String) async throws {
        let number = try await Self.pool.answer(to: deed)
        #expect(number == "1", "EPERM is 1")
    }

    /// Behind the first wall nobody would see whether the second stands.
    @Test func theSecondWallHoldsByItself() throws {
        let result = try Shell.run([BuiltProgram.path("Confined"), "behind the second wall"])
        #expect(
            result.output
                == "nothing 0, read a file 13, write a file 13, look at a folder 13, connect 13\n",
            "EACCES is 13")
    }

    @Test func memoryIsBounded() async throws {
        #expect(try await Self.pool.answer(to: "take all memory") == "12", "ENOMEM is 12")
    }

    /// Whoever serves comes first, however many sign on.
    @Test func aWorkerGivesWay() async throws {
        #expect(try await Self.pool.answer(to: "nothing") == "0")
        let result = try Shell.run(["ps", "-o", "ni=,comm=", "--ppid", "\(getpid())"])
        let workers = result.output.split(separator: "\n").filter { $0.hasSuffix("Confined") }
        // Workers of other tests that are just being started are among them; one has answered.
        let niceness = workers.compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(niceness.contains("\(WorkerLimits.niceness)"), "\(niceness)")
    }

    @Test func bothWallsAreThere() async throws {
        #expect(try await Self.pool.answer(to: "nothing") == "0")
        #expect(Self.pool.counts.hasLandlock)
    }
}

extension WorkerProgram {
    /// The program of `Tests/Confined`.
    static let confined = WorkerProgram(path: BuiltProgram.path("Confined"), arguments: [])
}

extension WorkerPool {
    /// Has a worker do something, and waits on a thread of the pool's.
    func answer(
        to deed: String, secrets: [[UInt8]] = [], descriptors: [Int32] = [],
        milliseconds: Int64 = 20_000
    ) async throws(WorkerFault) -> String {
        let request = RequestFrame(
            json: Array(deed.utf8), secrets: secrets, milliseconds: milliseconds)
        let result = try await run(waitingAtMost: 60_000_000_000) {
            () -> Result<[UInt8], WorkerFault> in
            do throws(WorkerFault) {
                return .success(try self.ask(request, descriptors: descriptors))
            } catch {
                return .failure(error)
            }
        }
        return String(decoding: try result.get(), as: UTF8.self)
    }
}
