internal import Auth
internal import NIOCore
internal import Policy
internal import StrictJSON
internal import Text

/// Reads `{user, roles[]}`; each fault says where it is.
struct RoleBody {
    private let value: JSONValue

    init(_ body: ByteBuffer?) throws(Problem) {
        value = try jsonBody(body)
        try value.check("$", members: ["user", "roles"])
    }

    func given() throws(Problem) -> UserRoles {
        guard let user = value["user"]?.string else {
            throw .malformed("$.user: expected a string, the user's whole name as idp/alice")
        }
        guard case .array(let elements)? = value["roles"] else {
            throw .malformed("$.roles: expected a list of the names of roles; [] takes all away")
        }
        guard elements.count <= AuthLimits.assignedRolesMax else {
            throw .impossible(
                "$.roles: \(elements.count) entries, more than \(AuthLimits.assignedRolesMax)")
        }
        var roles: [String] = []
        for (index, element) in elements.enumerated() {
            guard let role = element.string else {
                throw .malformed("$.roles[\(index)]: expected a string, got \(element.kind)")
            }
            guard (1...Policy.PolicyLimits.nameBytesMax).contains(role.utf8.count) else {
                throw .impossible("$.roles[\(index)]: \(quote(role)) can't be a role's name")
            }
            roles.append(role)
        }
        return UserRoles(user: try Self.user(user, "$.user"), roles: roles)
    }

    /// A user's whole name: roles are given to one user of one provider.
    static func user(_ text: String, _ place: String) throws(Problem) -> String {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
            text.utf8.count <= Policy.PolicyLimits.subjectBytesMax,
            Quotation.escaped(text) == text
        else {
            throw .impossible(
                "\(place): \(quote(text)) is no user's whole name, as PROVIDER/NAME")
        }
        return text
    }
}
