internal import StrictJSON

extension DirectoryAnswer {
    /// As a worker writes it.
    var json: [UInt8] {
        switch self {
        case .there: return JSONWriter.texts([("answer", "there")])
        case .refused(let code, let reason):
            return JSONWriter.texts([
                ("answer", "refused"), ("code", code.rawValue), ("reason", reason),
            ])
        case .fault(let reason):
            return JSONWriter.texts([("answer", "fault"), ("reason", reason)])
        case .person(let person):
            var members = [
                JSONMember(name: "answer", value: .string("person")),
                JSONMember(name: "name", value: .string(person.name)),
                JSONMember(name: "entry", value: .string(person.entry)),
                JSONMember(
                    name: "groups", value: .array(person.groups.map { .string($0) })),
            ]
            if let id = person.id { members.append(JSONMember(name: "id", value: .string(id))) }
            var writer = JSONWriter()
            writer.value(.object(members))
            return writer.bytes
        }
    }

    /// Reads an answer.
    ///
    /// What a worker says is held to the same bounds as what anybody says: it may have fallen to its directory.
    init?(json: [UInt8]) {
        guard let value = try? StrictJSON.parse(json), let kind = value["answer"]?.string else {
            return nil
        }
        let reason = value["reason"]?.string
        switch (kind, reason) {
        case ("there", nil): self = .there
        case ("fault", .some(let reason)): self = .fault(reason)
        case ("refused", .some(let reason)):
            guard let code = value["code"]?.string.flatMap(DirectoryRefusal.init(rawValue:)) else {
                return nil
            }
            self = .refused(code, reason: reason)
        case ("person", nil):
            guard let person = DirectoryPerson(value) else { return nil }
            self = .person(person)
        default: return nil
        }
    }
}

extension DirectoryPerson {
    fileprivate init?(_ value: JSONValue) {
        guard let name = value["name"]?.string, UserText.isAName(name),
            let entry = value["entry"]?.string, DistinguishedName(entry) != nil,
            case .array(let items)? = value["groups"], items.count <= DirectoryLimits.groupsMax
        else { return nil }
        let groups = items.compactMap(\.string)
        guard groups.count == items.count,
            groups.allSatisfy({ $0.utf8.count <= DirectoryLimits.distinguishedNameBytesMax })
        else { return nil }
        let id = value["id"]?.string
        guard (id?.utf8.count ?? 0) <= DirectoryLimits.nameBytesMax else { return nil }
        self.init(name: name, entry: entry, id: id, groups: groups)
    }
}
