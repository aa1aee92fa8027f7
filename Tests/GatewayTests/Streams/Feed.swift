import Gateway
import NIOConcurrencyHelpers

/// A source that gives what a test puts in, to one stream at a time.
final class Feed: Sendable {
    private let pages: AsyncThrowingStream<[Int], any Error>
    private let door: AsyncThrowingStream<[Int], any Error>.Continuation
    private let over: AsyncStream<Void>
    private let overDoor: AsyncStream<Void>.Continuation

    init() {
        (pages, door) = AsyncThrowingStream.makeStream()
        (over, overDoor) = AsyncStream.makeStream()
        door.onTermination = { [overDoor] _ in overDoor.finish() }
    }

    func send(_ items: Int...) { door.yield(items) }

    func finish(throwing error: (any Error)? = nil) { door.finish(throwing: error) }

    /// Waits until nobody takes from it any more.
    func untilOver() async { for await _ in over {} }

    struct Source: ItemSource {
        let feed: Feed

        mutating func next() async throws -> [Int]? {
            var iterator = feed.pages.makeAsyncIterator()
            return try await iterator.next()
        }
    }
}
