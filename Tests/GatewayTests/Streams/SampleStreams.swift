import Audit
import Gateway
import NIOConcurrencyHelpers
import NIOCore
import Policy
import Wire

/// Watches a feed; the sample of an answer that has no end of its own.
struct WatchFeed: StreamOperation {
    typealias Success = Feed.Source

    let feed: Feed

    static var action: Action { .serviceWatch }
    static var kind: BodyKind { .endless }
    var resource: Resource { Resource(service: "feed") }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Feed.Source, Problem> {
        .success(Feed.Source(feed: feed))
    }
}

/// The same as a list, which is not whole before its end.
struct ListFeed: StreamOperation {
    typealias Success = Feed.Source

    let feed: Feed

    static var action: Action { .serviceRead }
    var resource: Resource { Resource(service: "feed") }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Feed.Source, Problem> {
        .success(Feed.Source(feed: feed))
    }
}

/// Counts from 0, a thousand numbers a page; the sample of a list that is too long for one answer.
struct CountUp: StreamOperation {
    struct Success: ItemSource {
        let end: Int
        let given: NIOLockedValueBox<Int>
        private var count = 0

        init(_ end: Int, _ given: NIOLockedValueBox<Int>) {
            self.end = end
            self.given = given
        }

        mutating func next() -> [Int]? {
            guard count < end else { return nil }
            let page = Array(count..<min(count + 1000, end))
            count += page.count
            given.withLockedValue { $0 += page.count }
            return page
        }
    }

    let end: Int
    let given: NIOLockedValueBox<Int>

    static var action: Action { .serviceRead }
    var resource: Resource { Resource(service: "numbers") }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        .success(Success(end, given))
    }
}

/// A facade of streams: each operation is a row, each format an encoder.
struct SampleStreams {
    let feed = Feed()
    /// How many numbers were taken from a counting source.
    let given = NIOLockedValueBox(0)

    func table(numbers end: Int = 300_000) -> RouteTable {
        RouteTable(
            prefix: ["streams"], unknownQuery: .refused, problems: Answer.problemDetails,
            routes: [
                Route(
                    .get, ["events"], decode: { [feed] _ throws(Problem) in WatchFeed(feed: feed) },
                    encode: .events { ServerEvent("\($0)", type: "tick", id: "\($0)") }),
                Route(
                    .get, ["list"], decode: { [feed] _ throws(Problem) in ListFeed(feed: feed) },
                    encode: .jsonList { Array("\($0)".utf8) }),
                numbers(end, ["json"], .jsonList { Array("\($0)".utf8) }),
                numbers(end, ["jsonl"], .jsonLines { Array("{\"n\":\($0)}".utf8) }),
                numbers(
                    end, ["csv"],
                    .csv(["n", "text"]) { ["\($0)", $0 % 2 == 0 ? "=\($0)" : "a \"b\", c\n"] }),
            ])
    }

    private func numbers(_ end: Int, _ path: PathPattern, _ encoder: ItemEncoder<Int>) -> Route {
        Route(
            .get, path,
            decode: { [given] _ throws(Problem) in CountUp(end: end, given: given) },
            encode: encoder)
    }
}
