import Text

/// The words that an intention's `permit` may hold: the last words of `service.*` and `dependency.*`.
enum PermitWords {
    /// Words that belong to no action of Maxine's own; they are for data planes that ask for them.
    static let passive = ["call"]

    static let all = {
        var words: [String] = []
        for action in ActionSet.permittable.actions where !words.contains(action.verb) {
            words.append(action.verb)
        }
        return words + passive
    }()

    static func actions(of word: String) -> ActionSet {
        ActionSet(ActionSet.permittable.actions.filter { $0.verb.isExactly(word) })
    }
}
