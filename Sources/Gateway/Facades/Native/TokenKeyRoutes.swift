internal import Auth
internal import StrictJSON
internal import Wire

/// The rows of the keys of our tokens under `/api/maxine/auth`.
enum TokenKeyRoutes {
    static let all: [Route] = [
        Route(
            .delete, ["auth", "token-keys"],
            decode: { _ throws(Problem) in RetireTokenKeys(selection: .all) }, encode: retired),
        Route(
            .delete, ["auth", "token-keys", .id],
            sample: RouteSample([.id: String(repeating: "A", count: 43)]),
            decode: { input throws(Problem) in RetireTokenKeys(selection: .one(try name(input))) },
            encode: retired),
    ]

    private static func name(_ input: RouteInput) throws(Problem) -> String {
        let name = input.text(of: .id)
        guard TokenKeySelection.isName(name) else {
            throw .malformed(
                "a token key's name is the 43 characters of its kid, as /keys shows it")
        }
        return name
    }

    private static func retired(_ asked: RetireTokenKeys, _ retired: RetiredTokenKeys) -> Answer {
        var writer = JSONWriter()
        writer.raw("{\"retired\":")
        writer.strings(retired.names)
        writer.raw(",\"signs\":")
        writer.string(retired.signs)
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }
}
