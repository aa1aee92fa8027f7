internal import LDAP
internal import PKI

/// One key of a directory in `auth.ldap` that has one value or a list of values.
struct DirectoryKey: Sendable {
    let name: String
    let form: String
    /// Whether what stands there may be a secret that was put in the wrong place, which no message repeats.
    var hidesValue = false
    let apply: @Sendable (inout DirectorySettings, ConfigurationValue) -> Bool

    static let all: [DirectoryKey] = origin + people
    static let serversMax = 8

    private static let origin: [DirectoryKey] = [
        DirectoryKey(name: "name", form: "1 to 63 of a-z, 0-9 and '-'") { directory, value in
            guard let text = value.text, (1...63).contains(text.utf8.count),
                text.utf8.allSatisfy({
                    (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
                })
            else { return false }
            directory.name = text
            return true
        },
        DirectoryKey(
            name: "servers",
            form: "a list of 1 to \(serversMax) addresses, as ldaps://host:636, or ldap://host:389,"
                + " which begins TLS there, too"
        ) { directory, value in
            let servers = (value.list ?? []).map(DirectorySettings.Server.init(address:))
            guard (1...serversMax).contains(servers.count), !servers.contains(nil) else {
                return false
            }
            directory.servers = servers.compactMap { $0 }
            return true
        },
        path("ca_file", "the path of a file of certificates", \.authorities),
        path("client_cert", "the path of a PEM file of certificates", \.certificate),
        path("client_key", "the path of a PEM file of a private key", \.key),
        DirectoryKey(name: "timeout", form: "a duration from 1s to 30s, as 2s") {
            directory, value in
            guard let seconds = value.seconds, (1...30).contains(seconds) else { return false }
            directory.milliseconds = Int64(seconds) * 1000
            return true
        },
        DirectoryKey(name: "refresh", form: "a duration from 1m to 1d, as 5m") {
            directory, value in
            guard let seconds = value.seconds, (60...86_400).contains(seconds) else { return false }
            directory.refreshSeconds = Int64(seconds)
            return true
        },
    ]

    private static let people: [DirectoryKey] = [
        DirectoryKey(name: "base", form: "a distinguished name, as dc=example,dc=org") {
            directory, value in
            guard let text = value.text, isName(text) else { return false }
            directory.plan.base = text
            return true
        },
        DirectoryKey(name: "bind_dn", form: "a distinguished name, or a user principal name") {
            directory, value in
            guard let text = value.text, isName(text) || isPrincipal(text) else { return false }
            directory.plan.service = .account(text)
            return true
        },
        DirectoryKey(name: "bind_password", form: SecretSource.form, hidesValue: true) {
            directory, value in
            guard let source = value.text.flatMap(SecretSource.init) else { return false }
            directory.password = source
            return true
        },
        attribute("user_attribute") { directory, text in
            directory.plan.people = .search(filter: "(\(text)={user})")
            directory.plan.spelledAttribute = text
        },
        DirectoryKey(
            name: "user_filter",
            form: "a search filter with {user}, as (&(uid={user})(!(nsAccountLock=true)))"
        ) { directory, value in
            guard let text = value.text, isFilter(text) else { return false }
            directory.plan.people = .search(filter: text)
            directory.plan.spelledAttribute = nil
            return true
        },
        attribute("name_attribute") { $0.plan.nameAttribute = $1 },
        DirectoryKey(
            name: "direct_bind",
            form: "a template, as uid={user},ou=people,dc=example,dc=org or {user}@example.org"
        ) { directory, value in
            guard let text = value.text, text.contains("{user}") else { return false }
            let filled = text.replacing("{user}", with: "x")
            directory.plan.spelledAttribute = nil
            if isName(filled) {
                directory.plan.people = .entry(template: text)
            } else if isPrincipal(filled) {
                directory.plan.people = .principal(template: text)
            } else {
                return false
            }
            return true
        },
        DirectoryKey(name: "any_case", form: "true or false") { directory, value in
            guard value.text == "true" || value.text == "false" else { return false }
            directory.plan.takesAnyCase = value.text == "true"
            return true
        },
    ]

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && DistinguishedName(text) != nil
    }

    /// Letters, digits and hyphens, or an OID; so no attribute can hold a piece of a filter.
    static func isAttribute(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2D
                    || $0 == 0x2E
            }
    }

    private static func isPrincipal(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts.contains("") && UserText.isAcceptable(text)
    }

    private static func isFilter(_ text: String) -> Bool {
        text.contains("{user}") && text.first == "(" && text.last == ")" && text.utf8.count <= 1024
            && text.count(where: { $0 == "(" }) == text.count(where: { $0 == ")" })
    }

    private static func path(
        _ name: String, _ form: String,
        _ path: any WritableKeyPath<DirectorySettings, String?> & Sendable
    ) -> DirectoryKey {
        DirectoryKey(name: name, form: form) { directory, value in
            guard let text = value.text, (1...4096).contains(text.utf8.count),
                !text.utf8.contains(0)
            else { return false }
            directory[keyPath: path] = text
            return true
        }
    }

    private static func attribute(
        _ name: String, _ set: @escaping @Sendable (inout DirectorySettings, String) -> Void
    ) -> DirectoryKey {
        DirectoryKey(name: name, form: "the name of an attribute, as uid") { directory, value in
            guard let text = value.text, isAttribute(text) else { return false }
            set(&directory, text)
            return true
        }
    }
}

extension DirectorySettings.Server {
    /// Reads `ldaps://host:port` or `ldap://host:port`; the ports that are usual may be left out.
    init?(address: String) {
        let isPlain = address.hasPrefix("ldap://")
        guard isPlain || address.hasPrefix("ldaps://") else { return nil }
        var rest = address.dropFirst(isPlain ? 7 : 8)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        port = isPlain ? 389 : 636
        asksForTLS = isPlain
        let end = rest.first == "[" ? rest.firstIndex(of: "]") ?? rest.startIndex : rest.startIndex
        if let colon = rest[end...].lastIndex(of: ":") {
            guard let number = UInt16(rest[rest.index(after: colon)...]), number > 0 else {
                return nil
            }
            port = Int(number)
            rest = rest[..<colon]
        }
        host = String(rest)
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.contains(":"), ConfigurationValue.isIPLiteral(host) else { return nil }
        }
        guard (1...253).contains(host.utf8.count),
            ConfigurationValue.isIPLiteral(host)
                || host.utf8.allSatisfy({
                    (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2D
                        || $0 == 0x2E
                })
        else { return nil }
    }
}
