internal import Policy
internal import Registry
internal import Wire

/// The rows of the native API under `/api/maxine`.
enum NativeRoutes {
    static let reading: [Route] = [
        Route(
            .get, ["discover", .service], .serviceDiscover,
            query: ["strategy", "tag", "version", "namespace", "key", "zone"]
        ) { input throws(Problem) in
            .discover(try Parameters(input).discoverQuery())
        },
        Route(
            .get, ["services", .service], .serviceRead,
            query: ["tag", "version", "health", "namespace"]
        ) { input throws(Problem) in
            .instances(try Parameters(input).instancesQuery())
        },
        Route(.get, ["services"], .serviceRead, query: ["namespace"]) { input throws(Problem) in
            .services(namespace: try Parameters(input).namespace())
        },
    ]

    static let changing: [Route] = [
        Route(
            .post, ["services", .service, "instances", .id, "heartbeat"], .serviceHeartbeat,
            query: ["namespace"]
        ) { input throws(Problem) in
            .heartbeat(try Parameters(input).instanceName())
        },
        Route(
            .put, ["services", .service, "instances", .id], .serviceRegister, takesBody: true
        ) { input throws(Problem) in
            .register(try Parameters(input).registration())
        },
        Route(
            .delete, ["services", .service, "instances", .id], .serviceDeregister,
            query: ["namespace"]
        ) { input throws(Problem) in
            .deregister(try Parameters(input).instanceName())
        },
    ]

    static let identity: [Route] = [
        Route(.post, ["identity", "x509-svids"], .identityIssue, takesBody: true) {
            input throws(Problem) in
            .issueSVID(try SVIDRequest.parse(input))
        },
        Route(.post, ["identity", "jwt-svids"], .identityIssue, takesBody: true) {
            input throws(Problem) in
            .issueToken(try JWTSVIDRequest.parse(input))
        },
        Route(.get, ["identity", "bundles"], .federationRead) { _ throws(Problem) in .bundles },
    ]

    static let system: [Route] = [
        Route(.get, ["status"], .systemRead) { _ throws(Problem) in .status }
    ]
}
