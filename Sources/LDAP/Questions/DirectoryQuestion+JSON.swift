internal import StrictJSON

/// A question with its plan, as it goes to a worker; passwords go beside it.
struct AskedQuestion: Sendable, Equatable {
    var question: DirectoryQuestion
    var plan: DirectoryPlan

    var json: [UInt8] {
        var members: [(String, String?)] = [
            ("base", plan.base), ("nameAttribute", plan.nameAttribute),
            ("spelledAttribute", plan.spelledAttribute), ("groupMode", plan.groupMode.rawValue),
            ("groupBase", plan.groupBase), ("memberAttribute", plan.memberAttribute),
            ("groupDepth", String(plan.groupDepth)),
            ("takesAnyCase", plan.takesAnyCase ? "true" : nil),
        ]
        switch plan.service {
        case .none: members.append(("service", "none"))
        case .certificate: members.append(("service", "certificate"))
        case .account(let name): members += [("service", "account"), ("account", name)]
        }
        switch plan.people {
        case .search(let filter): members += [("people", "search"), ("template", filter)]
        case .entry(let template): members += [("people", "entry"), ("template", template)]
        case .principal(let template):
            members += [("people", "principal"), ("template", template)]
        }
        switch question {
        case .probe: members.append(("ask", "probe"))
        case .signOn(let user): members += [("ask", "signOn"), ("user", user)]
        case .confirm(let name, let entry, let id):
            members += [("ask", "confirm"), ("user", name), ("entry", entry), ("id", id)]
        }
        return JSONWriter.texts(members)
    }

    init(_ question: DirectoryQuestion, _ plan: DirectoryPlan) {
        self.question = question
        self.plan = plan
    }

    /// Reads what ``json`` writes; nil for anything else.
    init?(json: [UInt8]) {
        guard let value = try? StrictJSON.parse(json) else { return nil }
        func text(_ name: String) -> String? { value[name]?.string }
        guard let base = text("base"), let template = text("template"),
            let name = text("nameAttribute"),
            let mode = text("groupMode").flatMap(DirectoryPlan.GroupMode.init(rawValue:)),
            let groupBase = text("groupBase"), let member = text("memberAttribute"),
            let depth = text("groupDepth").flatMap({ Int($0) })
        else { return nil }
        plan = DirectoryPlan(base: base)
        plan.nameAttribute = name
        plan.spelledAttribute = text("spelledAttribute")
        plan.takesAnyCase = text("takesAnyCase") == "true"
        plan.groupMode = mode
        plan.groupBase = groupBase
        plan.memberAttribute = member
        plan.groupDepth = depth
        switch (text("service"), text("account")) {
        case ("none", nil): plan.service = .none
        case ("certificate", nil): plan.service = .certificate
        case ("account", .some(let account)): plan.service = .account(account)
        default: return nil
        }
        switch text("people") {
        case "search": plan.people = .search(filter: template)
        case "entry": plan.people = .entry(template: template)
        case "principal": plan.people = .principal(template: template)
        default: return nil
        }
        switch (text("ask"), text("user"), text("entry")) {
        case ("probe", nil, nil): question = .probe
        case ("signOn", .some(let user), nil): question = .signOn(user: user)
        case ("confirm", .some(let user), .some(let entry)):
            question = .confirm(name: user, entry: entry, id: text("id"))
        default: return nil
        }
    }
}

extension JSONWriter {
    /// An object of texts, without those that are nil.
    static func texts(_ members: [(String, String?)]) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(
            .object(
                members.compactMap { name, text in
                    text.map { JSONMember(name: name, value: .string($0)) }
                }))
        return writer.bytes
    }
}
