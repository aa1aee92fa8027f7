import Audit
import Gateway
import Policy
import Wire

/// Says one word and then nothing for as long as it is let: a watch of what never changes.
///
/// Whoever may see the status may open as many as they like.
struct WatchQuietly: StreamOperation {
    typealias Success = Feed.Source

    static let path = "/streams/quiet"

    static var action: Action { .systemRead }
    static var kind: BodyKind { .endless }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Feed.Source, Problem> {
        let feed = Feed()
        feed.send(1)
        return .success(Feed.Source(feed: feed))
    }

    /// Adds it to the listeners that people and services come by.
    static var parts: OutsideParts {
        let table = RouteTable(
            prefix: ["streams"], unknownQuery: .refused, problems: Answer.problemDetails,
            routes: [
                Route(
                    .get, ["quiet"], decode: { _ throws(Problem) in WatchQuietly() },
                    encode: .events { ServerEvent("\($0)", type: "tick", id: "\($0)") })
            ])
        var parts = OutsideParts()
        parts.tables = [.service: [table], .people: [table]]
        return parts
    }
}
