import ArgumentParser
import Gateway
import Policy
import StrictJSON

struct PolicyDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what is newly allowed and newly denied, with a request for each.",
        discussion: """
            Exits 1 when the policies differ and --fail-on-change is given, or when something of --forbid-newly-allowed \
            is newly allowed.
            """)

    @Argument(help: "The old policy: a file, a folder, or sha256:...") var old: String
    @Argument(help: "The new policy.") var new: String
    @Flag(help: "Exit 1 if anything changes.") var failOnChange = false
    @Option(help: "An action, or a family as ca.*, that must not be newly allowed; repeatable.")
    var forbidNewlyAllowed: [String] = []
    @OptionGroup var input: PolicyInput

    func run() throws {
        let before = try input.loadOrFind(old)
        let after = try input.loadOrFind(new)
        let difference = PolicyDifference(
            from: before, to: after, nowNanoseconds: try input.time())
        if input.json {
            Terminal.print(jsonText(encoded(difference)))
        } else {
            show(difference)
        }
        let forbidden = difference.newlyAllowed.flatMap(\.actions).filter { action in
            forbidNewlyAllowed.contains { matches($0, action.name) }
        }
        if let action = forbidden.first {
            throw Failure(.failed, "maxine: \(action.name) is newly allowed")
        }
        if !forbidNewlyAllowed.isEmpty, !difference.isExact {
            throw Failure(.failed, "maxine: the comparison is not complete, so nothing is excluded")
        }
        if failOnChange, !difference.isEmpty {
            throw Failure(.failed, "maxine: the policies differ")
        }
    }

    private func matches(_ pattern: String, _ action: String) -> Bool {
        pattern.hasSuffix("*") ? action.hasPrefix(pattern.dropLast()) : action == pattern
    }

    private func show(_ difference: PolicyDifference) {
        for (title, changes) in [
            ("newly allowed", difference.newlyAllowed), ("newly denied", difference.newlyDenied),
        ] where !changes.isEmpty {
            Terminal.print("\(title):")
            for change in changes { show(change) }
        }
        if difference.isEmpty { Terminal.print("no request is decided otherwise") }
        Terminal.print(
            "\(difference.newlyAllowed.count) regions newly allowed, "
                + "\(difference.newlyDenied.count) newly denied; "
                + "\(difference.compared) requests asked, "
                + (difference.isExact ? "all classes tried" : "not all classes tried"))
        showGaps(difference.gaps)
    }

    private func show(_ change: PolicyDifference.Change) {
        Terminal.print(
            """
              \(change.principals.joined(separator: ", "))
                \(change.actions.map(\.name).joined(separator: ", ")) on \(change.resources.joined(separator: ", "))\
            \(change.circumstances.isEmpty ? "" : " [\(change.circumstances)]")
                was: \(change.before.text)
                now: \(change.after.text)
                witness: \(change.witness.text)
            """)
    }

    private func encoded(_ difference: PolicyDifference) -> JSONValue {
        func list(_ changes: [PolicyDifference.Change]) -> JSONValue {
            .array(
                changes.map { change in
                    .object([
                        .list("principals", change.principals),
                        .list("actions", change.actions.map(\.name)),
                        .list("resources", change.resources),
                        .text("circumstances", change.circumstances),
                        .text("before", change.before.text), .text("after", change.after.text),
                        .text("witness", change.witness.text),
                    ])
                })
        }
        return .object([
            .init(name: "newlyAllowed", value: list(difference.newlyAllowed)),
            .init(name: "newlyDenied", value: list(difference.newlyDenied)),
            .count("compared", difference.compared), .flag("exact", difference.isExact),
            .list("gaps", difference.gaps),
        ])
    }
}
