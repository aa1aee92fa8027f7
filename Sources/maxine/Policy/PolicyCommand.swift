import ArgumentParser

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Check, test, explain, compare and replay policies.",
        subcommands: [
            PolicyCheckCommand.self, PolicyTestCommand.self, PolicyExplainCommand.self,
            PolicyWhoCan.self, PolicyWhatCan.self, PolicyDiff.self, PolicyReplayCommand.self,
            PolicySuggest.self, PolicyShow.self, PolicyApply.self, PolicyRollback.self,
            PolicyApprove.self, PolicyBreakGlass.self,
        ])
}
