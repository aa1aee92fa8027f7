/// The words that an intention's `permit` may hold: the last words of `service.*` and `dependency.*`.
enum PermitWords {
    static let all = {
        var words: [String] = []
        for action in ActionSet.permittable.actions where !words.contains(action.verb) {
            words.append(action.verb)
        }
        return words
    }()

    static func actions(of word: String) -> ActionSet {
        ActionSet(ActionSet.permittable.actions.filter { isSameName($0.verb, word) })
    }
}
