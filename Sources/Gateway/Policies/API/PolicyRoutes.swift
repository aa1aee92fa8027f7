internal import Policy
internal import Wire

/// The rows of the native API below `/policy`.
enum PolicyRoutes {
    /// The rows; without a desk they only describe themselves.
    static func rows(_ desk: PolicyDesk?) -> [Route] {
        [
            Route(.get, ["policy"], .policyRead, query: ["digest"]) { input throws(Problem) in
                .slow(PolicyOperation(desk, .show(digest: input.query.value(of: "digest"))))
            },
            Route(.put, ["policy"], .policyWrite, takesBody: true) { input throws(Problem) in
                .slow(PolicyOperation(desk, .change(try PolicyRequests.change(input.body))))
            },
            Route(.post, ["policy", "check"], .policyCheck, takesBody: true) {
                input throws(Problem) in
                .slow(PolicyOperation(desk, .check(try PolicyRequests.sources(input.body))))
            },
            Route(.post, ["policy", "explain"], .policyCheck, takesBody: true) {
                input throws(Problem) in
                .slow(PolicyOperation(desk, .explain(try PolicyRequests.explain(input.body))))
            },
            Route(.post, ["policy", "replay"], .policyCheck, takesBody: true) {
                input throws(Problem) in
                .slow(PolicyOperation(desk, .replay(try PolicyRequests.replay(input.body))))
            },
        ]
    }
}
