import Text

extension PolicyReader {
    mutating func readIntentions(_ node: DocumentNode?) {
        for item in list(node) ?? [] {
            let keys = ["id", "effect", "from", "to", "permit", "except"]
            guard
                let fields = fields(
                    item, of: "an intention", known: keys,
                    required: ["id", "effect", "from", "to"])
            else { continue }
            readIntention(fields)
        }
    }

    private mutating func readIntention(_ fields: Fields) {
        let head = ruleHead(fields)
        let from = services(fields["from"], of: "from", deniedBy: head)
        let to = services(fields["to"], of: "to", deniedBy: head)
        let permit = fields["permit"].map { permitWords($0) }
        guard let head else { return }
        requireInAllow([("permit", "such as permit: [discover]")], fields, head)
        var rule = RuleDeclaration(
            id: head.id, location: location(head.mark), isDeny: head.isDeny,
            sources: .services(from), actions: permit?.actions ?? .serviceScoped)
        rule.passiveWords = permit?.passive ?? []
        rule.targets = to
        rule.except = exceptions(fields, head)
        declarations.rules.append(rule)
    }

    private mutating func services(
        _ node: DocumentNode?, of key: String, deniedBy head: RuleHead?
    ) -> [ServiceTarget] {
        var targets: [ServiceTarget] = []
        for item in nonEmptyList(node, of: "'\(key)'") ?? [] {
            if case .scalar(let scalar) = item.content, scalar.type == .text {
                report(
                    .wrongType, item.mark, "expected a mapping, found \(item.kind)",
                    hint: "write { service: \"\(Quotation.cut(scalar.text))\" }")
                continue
            }
            guard
                let fields = fields(
                    item, of: "an entry of '\(key)'", known: ["service", "namespace"],
                    required: ["service"]),
                let service = fields["service"].flatMap({
                    servicePattern($0, of: "a service's name")
                })
            else { continue }
            let namespaces = fields["namespace"].map { node in
                servicePattern(node, of: "a namespace").map { [$0] } ?? []
            }
            if let head, head.isDeny, namespaces == nil, !fields.hasUnknown {
                report(
                    .missingKey, item.mark,
                    "deny rule '\(head.id)' doesn't say in which namespace '\(service.text)' is",
                    hint: "write { service: \"\(service.text)\", namespace: default }, "
                        + "or namespace: \"*\" for all")
            }
            targets.append(ServiceTarget(service: service, namespaces: namespaces))
        }
        return targets
    }

    private mutating func permitWords(
        _ node: DocumentNode
    ) -> (actions: ActionSet, passive: [String]) {
        var actions = ActionSet()
        var passive: [String] = []
        for item in nonEmptyList(node, of: "'permit'") ?? [] {
            let words = PermitWords.all.map { ($0, $0) }
            guard let word = word(item, of: "a word of permit", among: words) else { continue }
            actions.bits |= PermitWords.actions(of: word).bits
            if PermitWords.passive.contains(word) { passive.append(word) }
        }
        return (actions, passive)
    }
}
