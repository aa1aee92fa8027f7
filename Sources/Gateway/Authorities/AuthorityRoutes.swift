internal import Policy
internal import Wire

/// `GET /ca` and `POST /ca/{step}`.
enum AuthorityRoutes {
    static func rows(_ desk: AuthorityDesk?) -> [Route] {
        [
            Route(.get, ["ca"], .caRead) { _ throws(Problem) in
                .slow(AuthorityListing(desk: desk))
            },
            row("prepare", .prepare, .caRotate, desk),
            row("activate", .activate, .caRotate, desk),
            row("rotate", .rotate, .caRotate, desk),
            row("taint", .taint, .caTaint, desk),
            row("revoke", .revoke, .caRevoke, desk),
            row("compromise", .compromise, .caRevoke, desk),
        ]
    }

    private static func row(
        _ name: StaticString, _ step: AuthorityRequest.Step, _ action: Action,
        _ desk: AuthorityDesk?
    ) -> Route {
        Route(.post, ["ca", .literal(name)], action, takesBody: true) { input throws(Problem) in
            .slow(
                AuthorityOperation(desk: desk, request: try AuthorityRequest.parse(step, input)))
        }
    }
}
