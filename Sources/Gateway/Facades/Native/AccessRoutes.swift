internal import Auth
internal import Policy
internal import Wire

/// The rows of who one is, of roles and of locks.
enum AccessRoutes {
    static let all: [Route] = [
        Route(
            .get, ["auth", "whoami"], decode: { _ throws(Problem) in WhoAmI() },
            encode: AccessAnswers.whoAmI),
        Route(
            .get, ["locks"], query: ["limit", "next"],
            decode: { input throws(Problem) in try Parameters(input).listLocks() },
            encode: LockAnswers.list),
        Route(
            .post, ["locks"], takesBody: true,
            sample: RouteSample(body: #"{"target":{"user":"idp/alice"},"reason":"left"}"#),
            decode: { input throws(Problem) in
                AddLock(plan: try LockBody(input.body).plan())
            }, encode: LockAnswers.made),
        Route(
            .delete, ["locks", .id], sample: RouteSample([.id: "l-1"]),
            decode: { input throws(Problem) in RemoveLock(id: try lockID(input)) },
            encode: { _, _ in .noContent }),
        Route(
            .get, ["roles"], query: ["limit", "next"],
            decode: { input throws(Problem) in try Parameters(input).listRoles() },
            encode: RoleAnswers.roles),
        Route(
            .get, ["user", "roles"], query: ["user", "limit", "next"],
            decode: { input throws(Problem) in try Parameters(input).readUserRoles() },
            encode: RoleAnswers.users),
        Route(
            .put, ["user", "roles"], takesBody: true,
            sample: RouteSample(body: #"{"user":"idp/alice","roles":["viewer"]}"#),
            decode: { input throws(Problem) in
                AssignRoles(given: try RoleBody(input.body).given())
            }, encode: RoleAnswers.assigned),
    ]

    private static func lockID(_ input: RouteInput) throws(Problem) -> String {
        let id = input.text(of: .id)
        guard Lock.isID(id) else {
            throw .malformed("a lock's id is l- and up to 26 of the characters a-z 0-9")
        }
        return id
    }
}
