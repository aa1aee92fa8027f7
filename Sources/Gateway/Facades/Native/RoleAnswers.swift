internal import Auth
internal import Policy
internal import StrictJSON

/// Roles and who was given them, as the native API writes them.
enum RoleAnswers {
    static func roles(_ asked: ListRoles, _ found: ListRoles.Success) -> Answer {
        var writer = JSONWriter(capacity: 4096)
        writer.raw("{\"policy\":{\"name\":")
        writer.string(found.policyName)
        writer.raw(",\"digest\":")
        writer.string(found.policyDigest)
        writer.raw("},")
        writer.page("roles", found.roles, next: found.next, of: ListRoles.list) {
            write($0, to: &$1)
        }
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    static func users(_ asked: ReadUserRoles, _ found: ReadUserRoles.Success) -> Answer {
        if asked.user != nil, let only = found.users.first { return one(only) }
        return .page(
            "users", found.users, entryBytes: 128, next: found.next, of: ReadUserRoles.list
        ) { write($0, to: &$1) }
    }

    static func assigned(_ asked: AssignRoles, _ given: UserRoles) -> Answer { one(given) }

    private static func one(_ user: UserRoles) -> Answer {
        var writer = JSONWriter()
        write(user, to: &writer)
        return Answer(status: 200, body: writer.bytes)
    }

    private static func write(_ user: UserRoles, to writer: inout JSONWriter) {
        writer.raw("{\"user\":")
        writer.string(user.user)
        writer.raw(",\"roles\":")
        writer.strings(user.roles)
        writer.raw("}")
    }

    private static func write(_ role: ShownRole, to writer: inout JSONWriter) {
        writer.raw("{\"name\":")
        writer.string(role.name)
        writer.raw(",\"actions\":")
        writer.strings(role.actions)
        writer.raw(",\"bindings\":[")
        for (index, binding) in role.bindings.enumerated() {
            writer.raw(index > 0 ? ",{" : "{")
            AccessAnswers.write(binding, to: &writer)
            writer.raw("}")
        }
        writer.raw("],\"bindingCount\":")
        writer.integer(role.bindingCount)
        if let lock = role.lock {
            writer.raw(",\"lock\":")
            writer.string(lock)
        }
        writer.raw("}")
    }
}
