import ArgumentParser
import Gateway
import Policy
import StrictJSON

struct PolicyReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract:
            "Ask recorded decisions again, under a candidate and under the policy of their time.",
        discussion: """
            The log is verified first; damage exits 6 and nothing is replayed. Exits 1 when a bound is broken or a recorded \
            decision is not reproduced by the policy of its time. Reads only: no live state is touched.
            """)

    @Option(
        help:
            "The policy to try: a file, a folder, or sha256:...; without it only the past is reproduced."
    )
    var candidate: String?
    @OptionGroup var log: LogInput
    @Option(help: "The most decisions that may be newly denied.") var maxNewlyDenied: Int?
    @Option(help: "The most decisions that may be newly allowed.") var maxNewlyAllowed: Int?
    @Option(help: "The most records that may be not replayable.") var maxNotReplayable: Int?
    @Option(help: "An action, or a family as ca.*, that must not be newly allowed; repeatable.")
    var forbidNewlyAllowed: [String] = []
    @OptionGroup var input: PolicyInput

    func run() throws {
        let settings = try input.settings()
        let policy = try candidate.map { try input.loadOrFind($0) }
        let range = try log.range()
        let since = try log.sinceNanoseconds()
        let report = try runTool { () throws(PolicyToolError) in
            try log.replay(settings).run(candidate: policy, range: range, sinceNanoseconds: since)
        }
        var bounds = ReplayBounds()
        bounds.newlyDeniedMax = maxNewlyDenied
        bounds.newlyAllowedMax = maxNewlyAllowed
        bounds.notReplayableMax = maxNotReplayable
        bounds.forbiddenActions = forbidNewlyAllowed
        let broken = bounds.broken(by: report)
        if input.json {
            Terminal.print(
                String(decoding: ReplayJSON.encode(report, broken: broken), as: UTF8.self))
        } else {
            show(report)
        }
        if !broken.isEmpty {
            throw Failure(.failed, broken.map { "maxine: \($0)" }.joined(separator: "\n"))
        }
    }

    private func show(_ report: ReplayReport) {
        Terminal.print("\(report.recordsVerified) records verified, tree root \(report.root)")
        for (title, groups) in [
            ("NOT REPRODUCED by the policy of their time", report.notReproduced),
            ("allow -> deny", report.newlyDenied), ("deny -> allow", report.newlyAllowed),
            ("same verdict by another rule", report.ruleChanged),
        ] where !groups.isEmpty {
            Terminal.print("\(title):")
            for group in groups.sorted(by: { $0.count > $1.count }).prefix(50) { show(group) }
            if groups.count > 50 { Terminal.print("  and \(groups.count - 50) more groups") }
        }
        for reason in report.notReplayable {
            Terminal.print(
                "not replayable: \(reason.count) by \(reason.reason)\(sequences(reason.samples))")
        }
        Terminal.print(
            "\(report.decisions) decisions, \(report.reproduced) reproduced, "
                + "\(report.newlyDeniedCount) newly denied, \(report.newlyAllowedCount) newly allowed, "
                + "\(report.notReplayableCount) not replayable")
    }

    private func show(_ group: ReplayReport.Group) {
        Terminal.print(
            """
              \(group.count)  \(group.principal)  \(group.action)  \(group.service)\(sequences(group.samples))
                 was: \(group.before.text)
                 now: \(group.after.text)
            """)
    }

    private func sequences(_ samples: [UInt64]) -> String {
        "  (records \(samples.map(String.init).joined(separator: ", ")))"
    }
}

struct PolicySuggest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suggest",
        abstract: "Print the least that would have allowed what was allowed; it is never applied.")

    @OptionGroup var log: LogInput
    @Option(
        help: "The policy in force: a file, a folder, or sha256:...; default: the configuration's.")
    var policy: String?
    @OptionGroup var input: PolicyInput

    func run() throws {
        let settings = try input.settings()
        let loaded = try policy.map { try input.loadOrFind($0) } ?? input.load(nil)
        let range = try log.range()
        let since = try log.sinceNanoseconds()
        let directory = log.log ?? settings.auditDirectory
        let suggestion = try runTool { () throws(PolicyToolError) in
            try PolicySuggestion.make(
                from: directory, under: loaded, range: range, sinceNanoseconds: since)
        }
        guard input.json else { return Terminal.print(suggestion.yaml()) }
        func uses(_ uses: [PolicySuggestion.Use]) -> JSONValue {
            .array(
                uses.map { use in
                    .object([
                        .text("from", use.source), .text("to", use.target),
                        .list("actions", use.actions.map(\.name)), .count("count", use.count),
                        .count("last", use.last),
                    ])
                })
        }
        Terminal.print(
            jsonText(
                .object([
                    .count("requests", suggestion.requests),
                    .init(name: "intentions", value: uses(suggestion.intentions)),
                    .init(name: "acl", value: uses(suggestion.acl)),
                    .list("unusedRules", suggestion.unusedRules),
                    .text("yaml", suggestion.yaml()),
                ])))
    }
}
