/// What a decision says of a rule, written once, so that deciding makes no text.
struct RuleTexts: Sendable {
    let id: String
    /// `deny rule X`.
    let denial: String
    let location: RuleLocation

    init(_ rule: RuleDeclaration) {
        id = rule.id
        denial = "deny rule \(rule.id)"
        location = RuleLocation(file: rule.location.file, line: rule.location.mark.line)
    }
}
