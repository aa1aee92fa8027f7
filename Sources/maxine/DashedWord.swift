/// A value that begins with a dash: every command takes it for an option, unless it stands behind `--`.
enum DashedWord {
    /// What to do about the first of them; empty where there is none.
    static func hint(_ arguments: [String]) -> String {
        let options = arguments.dropFirst().prefix { $0 != "--" }
        // Of one letter there is -h only.
        let word = options.first { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.count > 2 }
        return word.map { "\na value that begins with a dash goes behind --, as in: -- \($0)" }
            ?? ""
    }
}
