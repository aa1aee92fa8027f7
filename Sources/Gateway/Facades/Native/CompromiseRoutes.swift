internal import PKI
internal import StrictJSON
internal import Wire

/// The rows of an authority that somebody else may have the key of: what would be out, and that it be.
enum CompromiseRoutes {
    static let all: [Route] = [
        Route(
            .get, ["ca", "compromise", .id], sample: RouteSample([.id: sample]),
            decode: { input throws(Problem) in
                ShowBlastRadius(keyID: try AuthorityBody.keyID(input.text(of: .id), "the path"))
            }, encode: radius),
        Route(
            .post, ["ca", "compromise"], takesBody: true,
            sample: RouteSample(body: "{\"authority\":\"\(sample)\"}"),
            decode: { input throws(Problem) in
                RevokeAuthority(step: .compromise(try AuthorityBody(input.body).authority()))
            }, encode: { AuthorityRoutes.done($0.step, $1) }),
    ]

    private static let sample = "0123456789abcdef0123456789abcdef01234567"

    private static func radius(_ asked: ShowBlastRadius, _ found: ShowBlastRadius.Success) -> Answer
    {
        let radius = found.radius
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"authority\":")
        writer.string(radius.authority.keyID)
        writer.raw(",\"kind\":")
        writer.string(radius.authority.kind.rawValue)
        writer.raw(",\"state\":")
        writer.string(radius.authority.stage.rawValue)
        writer.raw(",\"below\":")
        writer.strings(radius.below.map(\.keyID))
        if radius.authority.stage == .active {
            writer.raw(",\"successor\":")
            if let next = radius.successor { writer.string(next.keyID) } else { writer.raw("null") }
        }
        writer.raw(",\"leaves\":")
        writer.integer(radius.leaves)
        writer.raw(",\"identities\":")
        writer.integer(radius.holders.count)
        writer.raw(",\"holders\":")
        writer.strings(radius.holders.prefix(AuthorityLimits.holdersShownMax))
        writer.raw(",\"connections\":")
        writer.integer(found.connections)
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }
}
