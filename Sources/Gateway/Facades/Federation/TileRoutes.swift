internal import Audit
internal import Wire

/// The rows of the log as other programs read it (C2SP tlog-tiles): its newest end, its tiles, its keys.
enum TileRoutes {
    static let all: [Route] =
        [
            Route(
                .get, ["checkpoint"], decode: { _ throws(Problem) in ReadPublicCheckpoint() },
                encode: { _, bytes in AuditRoutes.note(bytes) }),
            Route(
                .get, ["log.vkey"], decode: { _ throws(Problem) in ReadLogKeys() },
                encode: { _, bytes in
                    var answer = AuditRoutes.note(bytes)
                    answer.caching = .forAll
                    return answer
                }),
        ]
        + tiles([.level, .units], [.units: "000"])
        + tiles([.level, .thousands, .units], [.thousands: "000.p", .units: "1"])
        + tiles(
            [.level, .millions, .thousands, .units],
            [.millions: "x001", .thousands: "000.p", .units: "1"])
        + tiles(
            [.level, .billions, .millions, .thousands, .units],
            [.billions: "x001", .millions: "x001", .thousands: "000.p", .units: "1"])

    /// The rows of tiles whose numbers take as many segments.
    private static func tiles(_ captures: [Capture], _ sample: [Capture: String]) -> [Route] {
        [
            Route(
                .get, PathPattern(["tile"] + captures.map { .capture($0) }),
                sample: RouteSample(sample),
                decode: { input throws(Problem) in
                    let path = captures.map { input.text(of: $0) }.joined(separator: "/")
                    guard let place = TilePlace(hashesAt: path) else {
                        throw .notFound("there is no such tile")
                    }
                    return ReadTile(place: place)
                },
                encode: { _, bytes in
                    var answer = Answer(status: 200, body: bytes)
                    answer.contentType = "application/octet-stream"
                    answer.caching = .forGood
                    return answer
                })
        ]
    }
}
