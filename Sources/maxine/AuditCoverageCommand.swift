import ArgumentParser
import Gateway
import StrictJSON

struct AuditCoverageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract: "Say which paths are answered without a record, and how many have one.",
        discussion: "The list is the program's own; nothing is asked and nothing is read.")

    @Flag(help: "Print JSON.") var json = false

    func run() {
        let unaudited = AuditCoverage.unaudited
        if json {
            return Terminal.print(
                json: jsonText(
                    .object([
                        JSONMember(
                            name: "unaudited",
                            value: .array(
                                unaudited.map { path in
                                    .object([
                                        .text("listener", path.listener), .text("path", path.path),
                                        .text("reason", path.reason),
                                    ])
                                })),
                        JSONMember(
                            name: "audited",
                            value: .array(
                                ListenerName.allCases.flatMap { listener in
                                    RouteDescription.all(listener).map { row in
                                        .object([
                                            .text("listener", listener.rawValue),
                                            .text("path", "\(row.method) \(row.path)"),
                                            .text("action", row.action),
                                        ])
                                    }
                                })),
                    ])))
        }
        Terminal.print("without a record:")
        for path in unaudited {
            Terminal.print("  \(path.path) on listen.\(path.listener): \(path.reason)")
        }
        Terminal.print("counted: \(AuditCoverage.counted)")
        for listener in ListenerName.allCases {
            let rows = RouteDescription.all(listener)
            let actions = Set(rows.map(\.action)).count
            Terminal.print(
                "with a record each: all \(rows.count) rows of listen.\(listener.rawValue), \(actions) actions"
            )
        }
    }
}
