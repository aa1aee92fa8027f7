internal import Policy
internal import Wire

/// The rows of registration entries and of agents.
///
/// Who may hand out identities (`identity.token`) keeps entries and makes join tokens; agents hold
/// `identity.attest` and reach only what is theirs.
enum AgentRoutes {
    static let entries: [Route] = [
        Route(.get, ["identity", "entries"], .identityToken, query: ["agent"]) {
            input throws(Problem) in
            .identity(IdentityCommand(.entries(agent: try IdentityDecoding.agentName(input))))
        },
        Route(.post, ["identity", "entries"], .identityToken, takesBody: true) {
            input throws(Problem) in .identity(try IdentityDecoding.entry(input))
        },
        Route(.get, ["identity", "entries", .id], .identityToken) { input throws(Problem) in
            .identity(IdentityCommand(.entry(id: try IdentityDecoding.entryID(input))))
        },
        Route(.delete, ["identity", "entries", .id], .identityToken) { input throws(Problem) in
            .identity(IdentityCommand(.deleteEntry(id: try IdentityDecoding.entryID(input))))
        },
        Route(.post, ["identity", "join-tokens"], .identityToken, takesBody: true) {
            input throws(Problem) in .identity(try IdentityDecoding.token(input))
        },
    ]

    static let agents: [Route] = [
        Route(.post, ["identity", "attest"], .identityAttest, takesBody: true) {
            input throws(Problem) in .identity(try IdentityDecoding.attest(input))
        },
        Route(
            .get, ["identity", "agent", "updates"], .identityAttest,
            query: ["index", "wait", "bundle"]
        ) { input throws(Problem) in
            .identity(try IdentityDecoding.updates(input))
        },
        Route(.post, ["identity", "agent", "events"], .identityAttest, takesBody: true) {
            input throws(Problem) in .identity(try IdentityDecoding.event(input))
        },
        Route(
            .post, ["identity", "entries", .id, "x509-svids"], .identityAttest, takesBody: true
        ) { input throws(Problem) in
            .identity(try IdentityDecoding.issue(input))
        },
        Route(
            .post, ["identity", "entries", .id, "jwt-svids"], .identityAttest, takesBody: true
        ) { input throws(Problem) in
            .identity(try IdentityDecoding.issueJWT(input))
        },
    ]
}
