internal import Text

/// The groups of an entry, each once, by the plan's mode.
struct GroupSearch {
    let plan: DirectoryPlan
    let connection: DirectoryConnection

    /// Distinguished names of groups.
    func groups(of entry: DirectoryEntry) throws(DirectoryFault) -> [String] {
        switch plan.groupMode {
        case .memberOf:
            var found = GroupCollection()
            for name in entry.texts("memberOf") { try found.add(name) }
            return found.names
        case .search: return try walked(from: entry.name)
        case .inChain:
            try connection.requireActiveDirectory()
            var found = GroupCollection()
            try search(
                "(member:1.2.840.113556.1.4.1941:=\(FilterText.escaped(entry.name)))", &found)
            return found.names
        case .tokenGroups: return try ofToken(entry.name)
        }
    }

    /// Level by level; no group is asked about twice, so circles end.
    private func walked(from entry: String) throws(DirectoryFault) -> [String] {
        var found = GroupCollection()
        var open = [entry]
        var level = 0
        while !open.isEmpty, level < plan.groupDepth {
            let known = found.names.count
            for batch in open.batches(of: DirectoryLimits.groupsPerSearch) {
                let terms = batch.map { "(\(plan.memberAttribute)=\(FilterText.escaped($0)))" }
                try search("(|\(terms.joined()))", &found)
            }
            open = Array(found.names.dropFirst(known))
            level += 1
        }
        return found.names
    }

    private func ofToken(_ entry: String) throws(DirectoryFault) -> [String] {
        try connection.requireActiveDirectory()
        let own = try connection.search(
            entry, .entry, "(objectClass=*)", ["tokenGroups"], most: 1)
        let ids = own.entries.first?.values["tokengroups"] ?? []
        guard ids.count <= DirectoryLimits.groupsMax else { throw GroupCollection.tooMany }
        var found = GroupCollection()
        for batch in ids.batches(of: DirectoryLimits.groupsPerSearch) {
            let terms = batch.map { "(objectSid=\(FilterText.escaped(bytes: $0)))" }
            try search("(|\(terms.joined()))", &found)
        }
        return found.names
    }

    private func search(
        _ filter: String, _ found: inout GroupCollection
    ) throws(DirectoryFault) {
        let more = try connection.search(
            plan.groupBase, .subtree, filter, [], most: DirectoryLimits.groupsMax)
        guard !more.isCut else { throw GroupCollection.tooMany }
        for entry in more.entries { try found.add(entry.name) }
    }
}

/// Groups in the order that they were found, each once.
struct GroupCollection {
    private(set) var names: [String] = []
    private var known: Set<DistinguishedName> = []

    /// Better no sign-on than one without the group that forbids.
    static let tooMany = DirectoryFault.refused(
        .tooManyGroups, "in more than \(DirectoryLimits.groupsMax) groups")

    /// Adds a group; what is no distinguished name is no group.
    mutating func add(_ text: String) throws(DirectoryFault) {
        guard let name = DistinguishedName(text) else {
            throw .broken("the name of a group can't be read: \(quote(text))")
        }
        guard known.insert(name).inserted else { return }
        guard names.count < DirectoryLimits.groupsMax else { throw Self.tooMany }
        names.append(text)
    }
}

extension DirectoryPlan.GroupMode {
    /// Whether only Active Directory knows it: others find nothing, and say nothing.
    public var isOfActiveDirectory: Bool { self == .inChain || self == .tokenGroups }
}

extension DirectoryConnection {
    /// - Throws: `DirectoryFault.broken` where this is another directory, whose empty answers would pass for "no groups".
    func requireActiveDirectory() throws(DirectoryFault) {
        let root = try search(
            "", .entry, "(objectClass=*)", ["supportedCapabilities"], most: 1)
        let known = root.entries.first?.texts("supportedCapabilities") ?? []
        guard known.contains("1.2.840.113556.1.4.800") else {
            throw .broken(
                "groups by in_chain and token_groups need Active Directory, and this is another: use search"
            )
        }
    }
}

extension Array {
    func batches(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
