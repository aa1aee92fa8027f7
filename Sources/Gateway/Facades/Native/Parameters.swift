internal import Auth
package import NIOCore
internal import Registry
package import StrictJSON
internal import Text
internal import Wire

/// Reads names, filters and bodies out of a request; each fault says where it is.
struct Parameters {
    private let input: RouteInput

    init(_ input: RouteInput) {
        self.input = input
    }

    func namespace() throws(Problem) -> String {
        guard let text = input.query.value(of: "namespace") else {
            return Registration.defaultNamespace
        }
        return try name(text, of: "namespace")
    }

    func service() throws(Problem) -> String {
        try name(input.text(of: .service), of: "service")
    }

    func instanceName() throws(Problem) -> InstanceName {
        InstanceName(
            namespace: try namespace(), service: try service(),
            id: try instanceID())
    }

    func discoverQuery() throws(Problem) -> DiscoverQuery {
        let strategy = try strategy()
        if input.query.value(of: "key") != nil {
            throw .malformed("key has no meaning with strategy \(strategy.rawValue)")
        }
        if input.query.value(of: "zone") != nil {
            throw .malformed("zone has no meaning with strategy \(strategy.rawValue)")
        }
        return DiscoverQuery(
            namespace: try namespace(), service: try service(), strategy: strategy,
            filter: try filter())
    }

    func listInstances() throws(Problem) -> ListInstances {
        var asked = ListInstances(
            namespace: try namespace(), service: try service(), filter: try filter())
        asked.range = try range(of: asked.list)
        return asked
    }

    func listServices() throws(Problem) -> ListServices {
        var asked = ListServices(namespace: try namespace())
        asked.range = try range(of: asked.list)
        return asked
    }

    func listKeys() throws(Problem) -> ListKeys {
        let page = try range(of: ListKeys.list)
        return ListKeys(after: page.after, limit: page.limit)
    }

    func listLocks() throws(Problem) -> ListLocks {
        let page = try range(of: ListLocks.list)
        return ListLocks(after: page.after, limit: page.limit)
    }

    func listHolds() throws(Problem) -> ListHolds {
        let page = try range(of: ListHolds.list)
        return ListHolds(after: page.after, limit: page.limit)
    }

    func listSessions() throws(Problem) -> ListSessions {
        var asked = ListSessions(limit: 0)
        if let name = try holder() { asked.reach = .holder(name) }
        if let all = input.query.value(of: "all") {
            guard all == "true", asked.reach == .own else {
                throw .malformed("all is true or left out, and goes without holder")
            }
            asked.reach = .all
        }
        let page = try range(of: asked.list)
        asked.after = page.after
        asked.limit = page.limit
        return asked
    }

    /// Whose sessions are meant, as records name principals.
    func holder() throws(Problem) -> String? {
        guard let text = input.query.value(of: "holder") else { return nil }
        guard (1...TokenLimits.revokedNameBytesMax).contains(text.utf8.count) else {
            throw .malformed("holder is a name of 1 to \(TokenLimits.revokedNameBytesMax) bytes")
        }
        return text
    }

    func listRoles() throws(Problem) -> ListRoles {
        let page = try range(of: ListRoles.list)
        return ListRoles(after: page.after, limit: page.limit)
    }

    func readUserRoles() throws(Problem) -> ReadUserRoles {
        if let user = input.query.value(of: "user") {
            guard input.query.value(of: "limit") == nil, input.query.value(of: "next") == nil else {
                throw .malformed("limit and next have no meaning beside user")
            }
            return ReadUserRoles(user: try RoleBody.user(user, "user"))
        }
        let page = try range(of: ReadUserRoles.list)
        return ReadUserRoles(after: page.after, limit: page.limit)
    }

    func registration() throws(Problem) -> Registration {
        let service = try service()
        let id = try instanceID()
        let body = try jsonBody(input.body)
        do {
            return try Registration.parse(body, service: service, id: id)
        } catch .impossible(let path, let message) {
            throw .impossible("\(path): \(message)")
        } catch {
            throw .malformed("\(error)")
        }
    }

    private func filter() throws(Problem) -> InstanceFilter {
        guard input.query.count > 0 else { return InstanceFilter() }
        return InstanceFilter(
            tags: input.query.value(of: "tag").map { [$0] } ?? [], version: try version(),
            health: try health())
    }

    private func range(of list: [String?]) throws(Problem) -> ListRange {
        var limit = RegistryLimits.pageEntriesMax
        if let text = input.query.value(of: "limit") {
            guard text.utf8.first != UInt8(ascii: "+"), let number = Int(text),
                (1...RegistryLimits.pageEntriesMax).contains(number)
            else {
                throw .malformed(
                    "limit \(quote(text)) is not a whole number from 1 to"
                        + " \(RegistryLimits.pageEntriesMax)")
            }
            limit = number
        }
        guard let text = input.query.value(of: "next") else { return ListRange(limit: limit) }
        return ListRange(after: try ListCursor(text, of: list).key, limit: limit)
    }

    private func strategy() throws(Problem) -> BalancingStrategy {
        guard let text = input.query.value(of: "strategy") else { return .standard }
        if let strategy = BalancingStrategy(rawValue: text) { return strategy }
        let known = BalancingStrategy.allCases.map(\.rawValue).joined(separator: ", ")
        throw .malformed("unknown strategy \(quote(text)); known are \(known)")
    }

    private func version() throws(Problem) -> ServiceVersion? {
        guard let text = input.query.value(of: "version") else { return nil }
        guard let version = ServiceVersion(text) else {
            throw .malformed("version \(quote(text)) is not of the form 1.2 or 1.2.3")
        }
        return version
    }

    private func health() throws(Problem) -> Health? {
        guard let text = input.query.value(of: "health") else { return nil }
        if let health = Health(rawValue: text) { return health }
        let known = Health.allCases.map(\.rawValue).joined(separator: ", ")
        throw .malformed("unknown health \(quote(text)); known are \(known)")
    }

    private func instanceID() throws(Problem) -> String {
        let text = input.text(of: .id)
        guard RegistryName.isInstanceID(text) else {
            throw .malformed(
                "instance id \(quote(text)) is not 1 to 100 of the characters A-Z a-z 0-9 . _ - :,"
                    + " starting with a letter or digit")
        }
        return text
    }

    private func name(_ text: String, of what: String) throws(Problem) -> String {
        guard RegistryName.isValid(text) else {
            throw .malformed(badName(text, of: what))
        }
        return text
    }
}

/// Why a text is no name of a service or namespace.
func badName(_ text: String, of what: String) -> String {
    "\(what) \(quote(text)) is not 1 to 100 of the characters A-Z a-z 0-9 . _ -,"
        + " starting with a letter or digit"
}

/// Parses a request's body as JSON.
package func jsonBody(_ body: ByteBuffer?) throws(Problem) -> JSONValue {
    guard let body, body.readableBytes > 0 else {
        throw .malformed("the body is empty; expected a JSON object")
    }
    do {
        return try StrictJSON.parse(Array(body.readableBytesView))
    } catch {
        throw .malformed("body: \(error)")
    }
}
