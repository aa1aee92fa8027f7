import Policy
import Testing

@testable import Auth

/// What becomes of a program's wish, by a clock that the test moves.
@Suite struct DeviceTableTests {
    private static let second: Int64 = 1_000_000_000
    private static let loopback = LoopbackPlace(port: 4000, mark: "s")

    private func asked(
        _ table: inout DeviceTable, loopback: LoopbackPlace? = nil,
        from address: String = "10.0.0.1",
        at now: Int64 = 0
    ) throws -> (code: SecretText, request: DeviceRequest) {
        var wish = DeviceWish(name: "test")
        wish.loopback = loopback
        return try table.ask(
            wish, from: IPAddress(parsing: address), wallNanoseconds: 0, elapsedNanoseconds: now
        ).get()
    }

    @Test func aConfirmedWishIsTakenOnce() throws {
        var table = DeviceTable()
        let (code, request) = try asked(&table)
        #expect(table.poll(code, bringing: nil, elapsedNanoseconds: 0) == .pending)
        #expect(table.take(code, bringing: nil, elapsedNanoseconds: 0) == nil)
        let answered = table.answer(
            request.userCode, as: .approved(session: "s1"), elapsedNanoseconds: Self.second)
        #expect(answered?.request.wish.id == request.wish.id && answered?.code == nil)
        #expect(
            table.answer(request.userCode, as: .denied(), elapsedNanoseconds: Self.second) == nil,
            "it was answered")
        let later = 6 * Self.second
        #expect(table.poll(code, bringing: nil, elapsedNanoseconds: later) == .ready)
        #expect(
            table.take(code, bringing: nil, elapsedNanoseconds: later)?.verdict
                == .approved(session: "s1"))
        #expect(table.take(code, bringing: nil, elapsedNanoseconds: later) == nil)
        #expect(table.poll(code, bringing: nil, elapsedNanoseconds: later) == .unknown)
    }

    @Test func whoAsksTooOftenWaitsLongerEachTime() throws {
        var table = DeviceTable()
        let (code, request) = try asked(&table)
        #expect(table.poll(code, bringing: nil, elapsedNanoseconds: 0) == .pending)
        let soon = table.poll(code, bringing: nil, elapsedNanoseconds: 2 * Self.second)
        #expect(soon == .slowDown(intervalSeconds: 10))
        let again = table.poll(code, bringing: nil, elapsedNanoseconds: 9 * Self.second)
        #expect(again == .slowDown(intervalSeconds: 15))
        _ = table.answer(request.userCode, as: .approved(session: "s"), elapsedNanoseconds: 0)
        #expect(
            table.poll(code, bringing: nil, elapsedNanoseconds: 20 * Self.second)
                == .slowDown(intervalSeconds: 20), "also once it is confirmed")
        #expect(table.poll(code, bringing: nil, elapsedNanoseconds: 39 * Self.second) == .ready)
    }

    @Test func whatIsOverSaysSoForAWhileAndIsForgotten() throws {
        var table = DeviceTable()
        let (code, request) = try asked(&table)
        let end = DeviceLimits.codeSeconds * Self.second
        #expect(table.find(request.userCode, elapsedNanoseconds: end - 1) != nil)
        #expect(table.find(request.userCode, elapsedNanoseconds: end) == nil)
        #expect(table.answer(request.userCode, as: .denied(), elapsedNanoseconds: end) == nil)
        #expect(table.poll(code, bringing: nil, elapsedNanoseconds: end) == .expired)
        let gone = end + DeviceLimits.lingerNanoseconds
        #expect(table.poll(code, bringing: nil, elapsedNanoseconds: gone) == .unknown)
        #expect(table.count == 0)
    }

    @Test func whatIsConfirmedEndsWithItsTime() throws {
        var table = DeviceTable()
        let (code, request) = try asked(&table)
        let end = DeviceLimits.codeSeconds * Self.second
        _ = table.answer(request.userCode, as: .approved(session: "s"), elapsedNanoseconds: 0)
        #expect(table.take(code, bringing: nil, elapsedNanoseconds: end) == nil)
    }

    @Test func aRefusalIsToldOnce() throws {
        var table = DeviceTable()
        let (code, request) = try asked(&table)
        _ = table.answer(request.userCode, as: .denied(), elapsedNanoseconds: 0)
        #expect(table.take(code, bringing: nil, elapsedNanoseconds: 0) == nil)
        #expect(table.poll(code, bringing: nil, elapsedNanoseconds: 0) == .denied(reason: nil))
        #expect(table.poll(code, bringing: nil, elapsedNanoseconds: 0) == .unknown)
    }

    /// Whoever listens in the program's place has the code of the browser and not that of the program.
    @Test func aProgramThatWaitsForABrowserNeedsWhatThatBrings() throws {
        var table = DeviceTable()
        let (code, request) = try asked(&table, loopback: Self.loopback)
        let other = try asked(&table, loopback: Self.loopback)
        let brought = try #require(
            table.answer(
                request.userCode, as: .approved(session: "s"), elapsedNanoseconds: 0)?.code)
        #expect(brought.utf8.count == 43)
        let otherBrought = table.answer(
            other.request.userCode, as: .approved(session: "t"), elapsedNanoseconds: 0)?.code
        #expect(table.poll(code, bringing: nil, elapsedNanoseconds: 0) == .unknown)
        #expect(table.poll(code, bringing: otherBrought, elapsedNanoseconds: 0) == .unknown)
        #expect(table.take(code, bringing: nil, elapsedNanoseconds: 0) == nil)
        #expect(table.take(code, bringing: otherBrought, elapsedNanoseconds: 0) == nil)
        #expect(table.poll(code, bringing: brought, elapsedNanoseconds: 0) == .ready)
        #expect(table.take(code, bringing: brought, elapsedNanoseconds: 0) != nil)
    }

    /// A browser's code is for programs that wait for one.
    @Test func aProgramThatAsksAgainBringsNothing() throws {
        var table = DeviceTable()
        let (code, request) = try asked(&table)
        _ = table.answer(request.userCode, as: .approved(session: "s"), elapsedNanoseconds: 0)
        #expect(table.poll(code, bringing: "x", elapsedNanoseconds: 0) == .unknown)
        #expect(table.take(code, bringing: "x", elapsedNanoseconds: 0) == nil)
    }

    @Test func oneSourceHasFewAndAllTogetherHaveAsManyAsMay() throws {
        var table = DeviceTable()
        for _ in 0..<DeviceLimits.codesOfSourceMax {
            _ = try asked(&table, from: "2001:db8::1")
        }
        #expect(throws: DeviceRefusal.full(.source)) {
            _ = try asked(&table, from: "2001:db8::2")
        }
        _ = try asked(&table, from: "2001:db8:0:1::1")
        for number in 0..<(DeviceLimits.codesMax - DeviceLimits.codesOfSourceMax - 1) {
            _ = try asked(
                &table, from: "10.\(number / 65536).\(number / 256 % 256).\(number % 256)")
        }
        #expect(table.count == DeviceLimits.codesMax)
        #expect(throws: DeviceRefusal.full(.all)) { _ = try asked(&table, from: "192.0.2.1") }
        let later = DeviceLimits.codeSeconds * Self.second + DeviceLimits.lingerNanoseconds
        _ = try asked(&table, from: "2001:db8::2", at: later)
        #expect(table.count == 1)
    }

    /// One that was used counts until its time is over, or whoever confirms fast could fill what is kept.
    @Test func whatWasUsedStillCounts() throws {
        var table = DeviceTable()
        for _ in 0..<DeviceLimits.codesOfSourceMax {
            let (code, request) = try asked(&table)
            _ = table.answer(request.userCode, as: .denied(), elapsedNanoseconds: 0)
            _ = table.poll(code, bringing: nil, elapsedNanoseconds: 0)
        }
        #expect(throws: DeviceRefusal.full(.source)) { _ = try asked(&table) }
    }
}
