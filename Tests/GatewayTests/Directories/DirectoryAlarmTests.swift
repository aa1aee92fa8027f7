import Support
import Testing
import Workers

@testable import Gateway
@testable import LDAP

@Suite struct DirectoryAlarmTests {
    private let clock = TestClock()
    private let metrics = GatewayMetrics()
    private let folder: TestFolder
    private let alarm: DirectoryAlarm

    init() throws {
        folder = try TestFolder()
        alarm = DirectoryAlarm(
            "corp", logger: try FileLog.logger(folder.path("log")), metrics: metrics,
            elapsed: clock.elapsed)
    }

    @Test func tellsOnceAMinuteOfADirectoryThatIsAway() throws {
        for _ in 0..<3 { alarm.look(.fault("nothing answers there"), WorkerPool.Counts()) }
        #expect(try lines("can't be asked: nothing answers there") == 1)
        clock.advance(by: .seconds(60))
        alarm.look(.fault("nothing answers there"), WorkerPool.Counts())
        #expect(try lines("can't be asked") == 2)
    }

    @Test func countsWhatBecameOfTheWorkersEachOnce() throws {
        var counts = WorkerPool.Counts()
        counts.started = 3
        counts.died = 2
        counts.late = 1
        for _ in 0..<2 { alarm.look(.there, counts) }
        #expect(metrics.workersStarted.value == 3)
        #expect(metrics.workersDied.value == 2)
        #expect(metrics.workersLate.value == 1)
        #expect(try lines("2 helper processes ended while they read") == 1)
        counts.died = 3
        alarm.look(.there, counts)
        #expect(try lines("helper processes ended") == 1, "not again within a minute")
        clock.advance(by: .seconds(60))
        alarm.look(.there, counts)
        #expect(try lines("1 helper processes ended") == 1)
    }

    @Test func saysOnceThatThereIsNoLandlock() throws {
        var counts = WorkerPool.Counts()
        counts.hasLandlock = false
        for _ in 0..<3 {
            alarm.look(.there, counts)
            clock.advance(by: .seconds(61))
        }
        #expect(try lines("no Landlock") == 1)
    }

    private func lines(_ words: String) throws -> Int {
        try folder.text("log").split(separator: "\n").count { $0.contains(words) }
    }
}
