import Testing

@testable import Gateway

@Suite struct ServerOrderTests {
    private let second: Int64 = 1_000_000_000

    @Test func theFirstIsAskedFirst() {
        #expect(ServerOrder(count: 3).order(at: 0) == [0, 1, 2])
    }

    @Test func whatFailedIsLastForHalfAMinute() {
        var order = ServerOrder(count: 3)
        order.failed(0, at: 5 * second)
        #expect(order.order(at: 5 * second) == [1, 2, 0])
        #expect(order.order(at: 34 * second) == [1, 2, 0])
        #expect(order.order(at: 35 * second) == [0, 1, 2])
    }

    @Test func whatAnsweredLastIsPreferred() {
        var order = ServerOrder(count: 3)
        order.failed(0, at: 0)
        order.answered(2)
        #expect(order.order(at: 1) == [2, 1, 0])
        #expect(order.order(at: 40 * second) == [2, 0, 1])
        order.failed(2, at: 40 * second)
        #expect(order.order(at: 40 * second) == [0, 1, 2])
    }

    @Test func whereAllFailedAllAreAsked() {
        var order = ServerOrder(count: 2)
        order.failed(0, at: 0)
        order.failed(1, at: 0)
        #expect(order.order(at: 1) == [0, 1])
    }
}
