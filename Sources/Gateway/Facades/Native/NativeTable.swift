internal import Registry
internal import Wire

/// The rows of the native API under `/api/maxine`.
enum NativeTable {
    static let all = RouteTable(
        prefix: ["api", "maxine"], unknownQuery: .refused, problems: problems,
        routes: reading + changing + identity + tokens + TokenKeyRoutes.all + system + KeyRoutes.all
            + AccessRoutes.all + SessionRoutes.all + OpenIDRoutes.all + SAMLRoutes.all
            + DeviceRoutes.all + AuthorityRoutes.all + AuditRoutes.all)

    /// RFC 9457 problem details.
    static let problems = Answer.problemDetails

    private static let reading: [Route] = [
        Route(
            .get, ["discover", .service],
            query: ["strategy", "tag", "version", "namespace", "key", "zone"],
            decode: { input throws(Problem) in
                Discover(query: try Parameters(input).discoverQuery())
            }, encode: ReadingAnswers.discover),
        Route(
            .get, ["services", .service],
            query: ["tag", "version", "health", "namespace", "limit", "next"],
            decode: { input throws(Problem) in try Parameters(input).listInstances() },
            encode: ReadingAnswers.instances),
        Route(
            .get, ["services"], query: ["namespace", "limit", "next"],
            decode: { input throws(Problem) in try Parameters(input).listServices() },
            encode: ReadingAnswers.services),
    ]

    private static let changing: [Route] = [
        Route(
            .post, ["services", .service, "instances", .id, "heartbeat"], query: ["namespace"],
            decode: { input throws(Problem) in
                Heartbeat(name: try Parameters(input).instanceName())
            }, encode: ChangingAnswers.heartbeat),
        Route(
            .put, ["services", .service, "instances", .id], takesBody: true,
            sample: RouteSample(body: #"{"address":"10.0.0.1","port":80}"#),
            decode: { input throws(Problem) in
                Register(registration: try Parameters(input).registration())
            }, encode: ChangingAnswers.register),
        Route(
            .delete, ["services", .service, "instances", .id], query: ["namespace"],
            decode: { input throws(Problem) in
                Deregister(name: try Parameters(input).instanceName())
            }, encode: ChangingAnswers.deregister),
    ]

    private static let identity: [Route] = [
        Route(
            .post, ["identity", "x509-svids"], takesBody: true, sample: IssueSVID.sample,
            decode: { input throws(Problem) in try IssueSVID(input) },
            encode: { _, issued in ChangingAnswers.issued(issued) }),
        Route(
            .post, ["identity", "renew"], takesBody: true, sample: IssueSVID.sample,
            readsCertificate: true,
            decode: { input throws(Problem) in
                RenewSVID(wanted: try IssueSVID(input), shown: input.certificate?.peer)
            }, encode: { _, issued in ChangingAnswers.issued(issued) }),
        Route(
            .post, ["identity", "operators"], takesBody: true, sample: CreateOperator.sample,
            decode: { input throws(Problem) in try CreateOperator(input) },
            encode: { _, issued in ChangingAnswers.issued(issued) }),
        Route(
            .post, ["identity", "revoke"], takesBody: true, sample: RevokeCertificates.sample,
            decode: { input throws(Problem) in try RevokeCertificates(input) },
            encode: ChangingAnswers.revoked),
    ]

    private static let tokens: [Route] = [
        Route(
            .post, ["auth", "revoke"], takesBody: true, sample: RevokeTokens.sample,
            decode: { input throws(Problem) in try RevokeTokens(input) },
            encode: { _, _ in .noContent }),
        ExchangeAnswers.row,
    ]

    private static let system: [Route] = [
        Route(
            .get, ["status"], decode: { _ throws(Problem) in ReadStatus() },
            encode: ReadingAnswers.status)
    ]
}
