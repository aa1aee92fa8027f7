internal import Text

/// Answers one question, by the plan, on the connections that came with it.
struct DirectoryAsking {
    let plan: DirectoryPlan
    /// The service account's connection, where there is one.
    let service: DirectoryConnection?
    /// The person's own, for a sign-on.
    let person: DirectoryConnection?
    let servicePassword: [UInt8]

    /// Whether the directory can be asked.
    func probe() throws(DirectoryFault) -> DirectoryAnswer {
        guard let service else { return .there }
        try bindService(service)
        let found = try service.search(plan.base, .entry, "(objectClass=*)", [], most: 1)
        guard !found.entries.isEmpty else {
            throw .broken(
                "there is no entry \(quote(plan.base)), or the service account may not see it")
        }
        if plan.groupMode.isOfActiveDirectory { try service.requireActiveDirectory() }
        return .there
    }

    /// Who has typed a name and a password.
    func signOn(_ user: String, password: [UInt8]) throws(DirectoryFault) -> DirectoryAnswer {
        guard UserText.isAcceptable(user) else {
            throw .refused(.badUserName, "no name of anybody")
        }
        guard let person else { throw .broken("there is no connection for the person") }
        switch plan.people {
        case .search(let filter):
            guard let service else { throw .broken("there is no service account") }
            try bindService(service)
            let found = try service.search(
                plan.base, .subtree, FilterText.filter(filter, user: user), attributes, most: 2)
            let entry = try onlyEntry(found, or: password, on: person)
            try bindPerson(person, as: entry.name, password)
            return .person(try described(entry, typed: user, by: service))
        case .entry(let template):
            let name = FilterText.replaced(template, by: FilterText.escapedInName(user))
            try bindPerson(person, as: name, password)
            let found = try person.search(name, .entry, "(objectClass=*)", attributes, most: 2)
            return try directly(found, user, named: DistinguishedName(name))
        case .principal(let template):
            guard !user.contains("@"), !user.contains("\\") else {
                throw .refused(.badUserName, "a name with a domain of its own")
            }
            // By the very name that was bound: another attribute could hold that name for somebody else.
            let name = FilterText.replaced(template, by: user)
            try bindPerson(person, as: name, password)
            let found = try person.search(
                plan.base, .subtree, "(userPrincipalName=\(FilterText.escaped(name)))",
                attributes, most: 2)
            return try directly(found, user, named: nil)
        }
    }

    /// Whether somebody who has a session is still there, and in which groups.
    func confirm(
        _ name: String, entry: String, id: String?
    ) throws(DirectoryFault) -> DirectoryAnswer {
        guard let service else { throw .broken("there is no service account") }
        try bindService(service)
        var filter = "(objectClass=*)"
        // Whatever else the filter asks for must hold still, by whatever name they had signed on.
        if case .search(let template) = plan.people {
            filter = FilterText.replaced(template, by: "*")
        }
        let found = try service.search(entry, .entry, filter, attributes, most: 2)
        guard let now = found.entries.first, found.entries.count == 1,
            let position = DistinguishedName(now.name), let base = DistinguishedName(plan.base),
            base.covers(position)
        else { throw .refused(.gone, "the entry is gone, or nobody who may sign on") }
        if let id, now.id != id {
            throw .refused(.otherEntry, "another entry has taken that name")
        }
        if let (refusal, reason) = AccountState.refusal(now) { throw .refused(refusal, reason) }
        let person = try described(now, typed: nil, by: service)
        guard person.name.isExactly(name) else {
            throw .refused(.otherEntry, "the entry has another name now")
        }
        return .person(person)
    }

    private var attributes: [String] {
        var all = [plan.nameAttribute, "entryUUID", "objectGUID"] + AccountState.attributes
        if let spelled = plan.spelledAttribute, spelled != plan.nameAttribute {
            all.append(spelled)
        }
        if plan.groupMode == .memberOf { all.append("memberOf") }
        return all
    }

    private func bindService(_ connection: DirectoryConnection) throws(DirectoryFault) {
        let result: BindResult
        switch plan.service {
        case .none: throw .broken("there is no service account")
        case .certificate: result = try connection.bindByCertificate()
        case .account(let name):
            guard !servicePassword.isEmpty else {
                throw .broken("the service account has no password")
            }
            result = try connection.bind(name, password: servicePassword)
        }
        guard result.code == 0 else {
            throw .broken("the directory refuses the service account: \(result.told)")
        }
    }

    private func bindPerson(
        _ connection: DirectoryConnection, as name: String, _ password: [UInt8]
    ) throws(DirectoryFault) {
        let result = try connection.bind(name, password: password)
        if let (refusal, reason) = try result.refusal() { throw .refused(refusal, reason) }
    }

    /// The one entry that was found.
    ///
    /// Where there is none, as much is done as for a wrong password, so that the time tells nothing.
    private func onlyEntry(
        _ found: FoundEntries, or password: [UInt8], on person: DirectoryConnection
    ) throws(DirectoryFault) -> DirectoryEntry {
        let refusal: DirectoryRefusal
        if let entry = found.entries.first, found.entries.count == 1, !found.isCut {
            if let name = DistinguishedName(entry.name), let base = DistinguishedName(plan.base),
                base.covers(name)
            {
                return entry
            }
            refusal = .outsideOfBase
        } else {
            refusal = found.entries.isEmpty ? .unknownUser : .ambiguousUser
        }
        let nobody = "cn=\(UInt64.random(in: 0 ... .max)),\(plan.base)"
        _ = try person.bind(nobody, password: password)
        throw .refused(
            refusal, refusal == .unknownUser ? "no entry" : "\(found.entries.count) entries")
    }

    /// The entry of somebody who has bound by a name that was made of theirs.
    private func directly(
        _ found: FoundEntries, _ user: String, named name: DistinguishedName?
    ) throws(DirectoryFault) -> DirectoryAnswer {
        guard let entry = found.entries.first, found.entries.count == 1, !found.isCut,
            let own = DistinguishedName(entry.name), name == nil || own == name
        else { throw .refused(.unknownUser, "who has signed on has no entry to be read") }
        guard let base = DistinguishedName(plan.base), base.covers(own) else {
            throw .refused(.outsideOfBase, "the entry is outside of the base")
        }
        guard let asker = person else { throw .broken("there is no connection for the person") }
        if let service {
            try bindService(service)
            return .person(try described(entry, typed: user, by: service))
        }
        return .person(try described(entry, typed: user, by: asker))
    }

    private func described(
        _ entry: DirectoryEntry, typed: String?, by asker: DirectoryConnection
    ) throws(DirectoryFault) -> DirectoryPerson {
        guard let name = canonicalName(of: entry), UserText.isAName(name) else {
            throw .refused(.noName, "\(plan.nameAttribute) is not one value that can be a name")
        }
        if let typed, let attribute = plan.spelledAttribute,
            !entry.texts(attribute).contains(where: { isSpelled($0, as: typed) })
        {
            throw .refused(.otherSpelling, "\(attribute) is spelled otherwise there")
        }
        let groups = try GroupSearch(plan: plan, connection: asker).groups(of: entry)
        return DirectoryPerson(name: name, entry: entry.name, id: entry.id, groups: groups)
    }

    /// The one value, or of several the one that the entry is named by.
    private func canonicalName(of entry: DirectoryEntry) -> String? {
        if let name = entry.single(plan.nameAttribute) { return name }
        let own = DistinguishedName(entry.name)?.ownValue(of: plan.nameAttribute)
        return entry.texts(plan.nameAttribute).first { own?.isExactly($0) == true }
    }

    private func isSpelled(_ name: String, as typed: String) -> Bool {
        name.isExactly(typed) || (plan.takesAnyCase && FoldedName(name) == FoldedName(typed))
    }
}
