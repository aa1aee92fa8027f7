package import StrictJSON

/// Makes claims of what GitHub's API says of a person, who has no ID token there.
package enum GitHubPerson {
    /// Where a person's facts, organisations and teams stand, below the API's address.
    package static let paths = (user: "/user", organisations: "/user/orgs", teams: "/user/teams")

    /// The claims: `sub` is the number that stays when the name is changed, `groups` are `ORG` and `ORG/TEAM`.
    ///
    /// - Throws: ``ProviderAnswerFault`` for what is no such answer.
    package static func claims(
        user: [UInt8], organisations: [[UInt8]], teams: [[UInt8]]
    ) throws(ProviderAnswerFault) -> JSONValue {
        let person = try parse(user)
        guard let number = person["id"]?.integer, let login = person["login"]?.string else {
            throw ProviderAnswerFault("the API names no user")
        }
        var groups: [JSONValue] = []
        for page in organisations {
            for item in try list(page) {
                guard let name = item["login"]?.string else {
                    throw ProviderAnswerFault("the API lists an organisation without a name")
                }
                groups.append(.string(name))
            }
        }
        for page in teams {
            for item in try list(page) {
                guard let team = item["slug"]?.string,
                    let owner = item["organization"]?["login"]?.string
                else { throw ProviderAnswerFault("the API lists a team without a name") }
                groups.append(.string("\(owner)/\(team)"))
            }
        }
        return .object([
            JSONMember(name: "sub", value: .string(String(number))),
            JSONMember(name: "login", value: .string(login)),
            JSONMember(name: "groups", value: .array(groups)),
        ])
    }

    /// How many of a list are asked for at once.
    package static let pageItems = 100

    /// How many a page of a list holds; a full one has another behind it.
    package static func count(_ page: [UInt8]) throws(ProviderAnswerFault) -> Int {
        try list(page).count
    }

    private static func list(_ page: [UInt8]) throws(ProviderAnswerFault) -> [JSONValue] {
        guard case .array(let items) = try parse(page) else {
            throw ProviderAnswerFault("the API answers with no list")
        }
        return items
    }

    private static func parse(_ text: [UInt8]) throws(ProviderAnswerFault) -> JSONValue {
        guard let value = try? StrictJSON.parse(text, limits: .ofAProvider) else {
            throw ProviderAnswerFault("the API does not answer with JSON")
        }
        return value
    }
}
