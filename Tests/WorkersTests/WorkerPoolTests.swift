import Glibc
import Support
import Testing
import Workers

@Suite struct WorkerPoolTests {
    @Test(arguments: ["hang", "spin"])
    func endsAWorkerThatIsLateAndStartsAnother(deed: String) async throws {
        let pool = WorkerPool(.confined)
        defer { pool.stop() }
        await #expect(throws: WorkerFault.late) {
            try await pool.answer(to: deed, milliseconds: 200)
        }
        #expect(try await pool.answer(to: "nothing") == "0")
        #expect(pool.counts.started == 2)
        #expect(pool.counts.late == 1)
        #expect(pool.counts.died == 0)
    }

    @Test func aWorkerThatTrapsIsCountedAndReplaced() async throws {
        let pool = WorkerPool(.confined)
        defer { pool.stop() }
        await #expect(throws: WorkerFault.died(signal: SIGILL)) {
            try await pool.answer(to: "trap")
        }
        #expect(try await pool.answer(to: "nothing") == "0")
        #expect(pool.counts.died == 1)
        #expect(pool.counts.started == 2)
    }

    @Test func aWorkerThatLeavesIsReplaced() async throws {
        let pool = WorkerPool(.confined)
        defer { pool.stop() }
        await #expect(throws: WorkerFault.died(signal: 0)) {
            try await pool.answer(to: "leave")
        }
        #expect(try await pool.answer(to: "nothing") == "0")
    }

    @Test func oneWorkerAnswersManyRequests() async throws {
        let pool = WorkerPool(.confined)
        defer { pool.stop() }
        for _ in 0..<20 { #expect(try await pool.answer(to: "nothing") == "0") }
        #expect(pool.counts.started == 1)
    }

    @Test func secretsAndDescriptorsArrive() async throws {
        let pool = WorkerPool(.confined)
        defer { pool.stop() }
        let answer = try await pool.answer(to: "secrets", secrets: [[1, 2], [], [3]])
        #expect(answer == "[[1, 2], [], [3]]")
        var ends: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        #expect(try await pool.answer(to: "count", descriptors: ends) == "2")
        for end in ends { close(end) }
    }

    @Test func moreThanWaitAreRefused() async throws {
        let pool = WorkerPool(.confined)
        defer { pool.stop() }
        let most = WorkerLimits.workersMax + WorkerLimits.queuedMax
        let results = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<(most + 40) {
                group.addTask {
                    (try? await pool.answer(to: "hang", milliseconds: 100)) != nil
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(!results.contains(true))
        #expect(pool.counts.refused > 0)
        #expect(pool.counts.started <= most)
    }

    @Test func aStoppedPoolAnswersNobody() async throws {
        let pool = WorkerPool(.confined)
        pool.stop()
        await #expect(throws: WorkerFault.stopped) { try await pool.answer(to: "nothing") }
    }

    @Test func aProgramThatIsNoWorkerIsNoneAndSaysSo() async throws {
        let pool = WorkerPool(WorkerProgram(path: "/bin/true", arguments: []))
        defer { pool.stop() }
        do {
            _ = try await pool.answer(to: "nothing")
            Issue.record("it answered")
        } catch {
            guard case .notStarted = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func aRequestThatIsTooLongIsNotSent() async throws {
        let pool = WorkerPool(.confined)
        defer { pool.stop() }
        let long = String(repeating: "x", count: WorkerLimits.requestBytesMax + 1)
        do {
            _ = try await pool.answer(to: long)
            Issue.record("it answered")
        } catch {
            #expect(error == .malformed("the request is too long"))
        }
    }
}
