internal import Audit
internal import StrictJSON
internal import Text
internal import Wire

/// The rows of the keys that sign the log's ends.
enum LogKeyRoutes {
    static let all: [Route] = [
        Route(
            .post, ["audit", "keys"], decode: { _ throws(Problem) in RotateLogKey(step: .joining) },
            encode: { _, keys in show(keys) }),
        Route(
            .post, ["audit", "keys", "finish"],
            decode: { _ throws(Problem) in RotateLogKey(step: .retiring) },
            encode: { _, keys in show(keys) }),
        Route(
            .post, ["audit", "keys", "replace"],
            decode: { _ throws(Problem) in ReplaceLogKeys(step: .replacing) },
            encode: { _, keys in show(keys) }),
    ]

    private static func show(_ keys: LogKeys) -> Answer {
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"log\":")
        writer.string(keys.origin)
        writer.raw(",\"keys\":")
        writer.strings(keys.keys.map(\.verifier.text))
        if let end = keys.overlapEndNanoseconds {
            writer.raw(",\"overlapEnd\":")
            writer.string(CivilTime.rfc3339(nanoseconds: end))
        }
        writer.raw(",\"retired\":")
        writer.strings(keys.retired.map(\.key.text))
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }
}
