internal import Auth
internal import LDAP
internal import Policy
internal import Text

/// Reads `auth.ldap`: a list of directories, each a mapping; every fault with its place.
extension ConfigurationReader {
    mutating func readDirectories(_ value: DocumentNode, file: String) {
        let place = Self.place(value.mark, file)
        guard case .list(let items) = value.content else {
            faults.append("\(place): auth.ldap must be a list of directories")
            return
        }
        for item in items {
            guard let directory = readDirectory(item, file: file) else { continue }
            if configuration.directories.contains(where: { $0.name == directory.name }) {
                faults.append(
                    "\(Self.place(item.mark, file)): auth.ldap has two directories named"
                        + " \(directory.name)")
            } else {
                configuration.directories.append(directory)
            }
        }
    }

    /// A name in front of somebody's means one provider.
    mutating func checkDirectories() {
        for directory in configuration.directories {
            let isIssuer = configuration.tokenIssuers.contains {
                $0.name.isExactly(directory.name)
            }
            if isIssuer || directory.name.isExactly(TokenSettings.provider) {
                faults.append(
                    "auth.ldap: \(directory.name) names \(isIssuer ? "an issuer of auth.jwt" : "our own tokens"),"
                        + " too; give the directory another name")
            }
        }
    }

    private mutating func readDirectory(
        _ node: DocumentNode, file: String
    ) -> DirectorySettings? {
        let place = Self.place(node.mark, file)
        guard case .mapping(let members) = node.content else {
            faults.append("\(place): a directory of auth.ldap must be a mapping, got \(node.kind)")
            return nil
        }
        let before = faults.count
        var directory = DirectorySettings()
        let named = Set(members.map(\.key))
        for key in ["name", "servers", "base"] where !named.contains(key) {
            faults.append("\(place): a directory of auth.ldap needs \(key)")
        }
        for (one, other) in [
            ("user_attribute", "user_filter"), ("user_attribute", "direct_bind"),
            ("user_filter", "direct_bind"),
        ] where named.isSuperset(of: [one, other]) {
            faults.append("\(place): a directory of auth.ldap has \(one) or \(other), not both")
        }
        for member in members {
            let mark = Self.place(member.mark, file)
            if member.key == "groups" {
                readGroups(member.value, mark, file, &directory)
            } else {
                read(member, mark, &directory)
            }
        }
        takeDefaults(named, &directory)
        if faults.count == before { check(directory, named, place) }
        return faults.count == before ? directory : nil
    }

    /// What follows from other keys where nothing else is said.
    private func takeDefaults(_ named: Set<String>, _ directory: inout DirectorySettings) {
        if directory.plan.groupBase.isEmpty { directory.plan.groupBase = directory.plan.base }
        if !named.contains("name_attribute") {
            switch directory.plan.people {
            case .search: directory.plan.nameAttribute = directory.plan.spelledAttribute ?? "uid"
            case .entry: directory.plan.nameAttribute = "uid"
            case .principal: directory.plan.nameAttribute = "sAMAccountName"
            }
        }
        if case .none = directory.plan.service, directory.certificate != nil {
            directory.plan.service = .certificate
        }
    }

    /// What must hold between keys.
    private mutating func check(
        _ directory: DirectorySettings, _ named: Set<String>, _ place: String
    ) {
        if (directory.certificate == nil) != (directory.key == nil) {
            faults.append("\(place): auth.ldap.client_cert and client_key go together")
        }
        if named.contains("bind_dn") != named.contains("bind_password") {
            faults.append("\(place): auth.ldap.bind_dn and bind_password go together")
        }
        guard !directory.plan.canConfirm else { return }
        if case .search = directory.plan.people {
            faults.append(
                "\(place): a directory of auth.ldap needs bind_dn with bind_password, or client_cert with"
                    + " client_key, to look for people; or direct_bind")
        } else {
            warnings.append(
                "\(place): \(directory.name) has no service account, so nobody can be asked about without"
                    + " their password: sessions of its people end after"
                    + " \(ConfigurationValue.duration(Int(directory.refreshSeconds))) (refresh)")
        }
    }

    private mutating func read(
        _ member: DocumentMember, _ mark: String, _ directory: inout DirectorySettings
    ) {
        guard let key = DirectoryKey.all.first(where: { $0.name == member.key }) else {
            return unknown(member.key, "auth.ldap", DirectoryKey.all.map(\.name) + ["groups"], mark)
        }
        let value = ConfigurationValue(member.value)
        if key.apply(&directory, value) { return }
        let text = key.hidesValue ? nil : value.text
        let got = text.map { ", got \(quote($0))" } ?? ""
        faults.append("\(mark): auth.ldap.\(key.name) must be \(key.form)\(got)")
    }

    private mutating func unknown(
        _ key: String, _ section: String, _ known: [String], _ mark: String
    ) {
        let hint = Suggestion.hint(for: key, among: known.sorted())
        faults.append(
            "\(mark): unknown key \(quote("\(section).\(key)"))" + (hint.map { ", \($0)" } ?? ""))
    }

    private mutating func readGroups(
        _ node: DocumentNode, _ mark: String, _ file: String, _ directory: inout DirectorySettings
    ) {
        guard case .mapping(let members) = node.content else {
            faults.append(
                "\(mark): auth.ldap.groups must be a mapping of mode, base, member and depth")
            return
        }
        for member in members {
            let mark = Self.place(member.mark, file)
            let value = ConfigurationValue(member.value)
            let form: String
            switch member.key {
            case "mode":
                let modes = DirectoryPlan.GroupMode.allCases
                form = modes.map(\.rawValue).joined(separator: ", ")
                if let mode = modes.first(where: { $0.rawValue == value.text }) {
                    directory.plan.groupMode = mode
                    continue
                }
            case "base":
                form = "a distinguished name"
                if let text = value.text, DirectoryKey.isName(text) {
                    directory.plan.groupBase = text
                    continue
                }
            case "member":
                form = "the name of an attribute, as member"
                if let text = value.text, DirectoryKey.isAttribute(text) {
                    directory.plan.memberAttribute = text
                    continue
                }
            case "depth":
                form = "1 to \(DirectoryLimits.depthMax)"
                if let depth = value.number, (1...DirectoryLimits.depthMax).contains(depth) {
                    directory.plan.groupDepth = depth
                    continue
                }
            default:
                unknown(member.key, "auth.ldap.groups", ["mode", "base", "member", "depth"], mark)
                continue
            }
            faults.append("\(mark): auth.ldap.groups.\(member.key) must be \(form)")
        }
    }
}
