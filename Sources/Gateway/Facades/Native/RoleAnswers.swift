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
        writer.raw("},\"roles\":[")
        for (index, role) in found.roles.enumerated() {
            if index > 0 { writer.raw(",") }
            write(role, to: &writer)
        }
        writer.raw("]")
        if let next = found.next {
            writer.raw(",\"next\":")
            writer.string(ListCursor(next).text(of: ListRoles.list))
        }
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    static func users(_ asked: ReadUserRoles, _ found: ReadUserRoles.Success) -> Answer {
        var writer = JSONWriter()
        if asked.user != nil, let only = found.users.first {
            write(only, to: &writer)
            return Answer(status: 200, body: writer.bytes)
        }
        writer.raw("{\"users\":[")
        for (index, user) in found.users.enumerated() {
            if index > 0 { writer.raw(",") }
            write(user, to: &writer)
        }
        writer.raw("]")
        if let next = found.next {
            writer.raw(",\"next\":")
            writer.string(ListCursor(next).text(of: ReadUserRoles.list))
        }
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    static func assigned(_ asked: AssignRoles, _ given: UserRoles) -> Answer {
        var writer = JSONWriter()
        write(given, to: &writer)
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
