public import Audit
internal import NIOConcurrencyHelpers
public import Policy
internal import Text

extension AccessLedger {
    /// A page of all locks by id; `next` is the last one's id, where more follow.
    ///
    /// - Throws: ``AuthError/unproven(_:)``.
    public func locks(
        after last: String?, limit: Int, permit: consuming Permit, receipt: consuming Receipt
    ) throws(AuthError) -> (locks: [Lock], next: String?) {
        _ = try Self.clear(permit, receipt, .lockRead, nil)
        let all = state.withLockedValue { Array($0.locks.values) }
        return Self.page(all, by: \.id, after: last, limit)
    }

    /// What one user was given.
    ///
    /// - Throws: ``AuthError/unproven(_:)``.
    public func roles(
        of user: String, permit: consuming Permit, receipt: consuming Receipt
    ) throws(AuthError) -> UserRoles {
        _ = try Self.clear(permit, receipt, .roleRead, nil)
        return UserRoles(
            user: user,
            roles: state.withLockedValue { $0.roles[ExactText(user)]?.roles ?? [] })
    }

    /// A page of all users that were given roles, by name; `next` is the last one's, where more follow.
    ///
    /// - Throws: ``AuthError/unproven(_:)``.
    public func users(
        after last: String?, limit: Int, permit: consuming Permit, receipt: consuming Receipt
    ) throws(AuthError) -> (users: [UserRoles], next: String?) {
        _ = try Self.clear(permit, receipt, .roleRead, nil)
        let all = state.withLockedValue { state in
            state.roles.compactMap { user, given in
                given.roles.isEmpty ? nil : UserRoles(user: user.text, roles: given.roles)
            }
        }
        return Self.page(all, by: \.user, after: last, limit)
    }

    private static func page<Entry>(
        _ all: [Entry], by name: (Entry) -> String, after last: String?, _ limit: Int
    ) -> ([Entry], String?) {
        let rest = all.filter { entry in last.map { name(entry) > $0 } ?? true }
            .sorted { name($0) < name($1) }
        let page = Array(rest.prefix(limit))
        return (page, rest.count > page.count ? page.last.map(name) : nil)
    }
}
