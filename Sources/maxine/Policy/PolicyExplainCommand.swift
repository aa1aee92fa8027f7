import ArgumentParser
import Gateway
import NIOHTTP1
import Policy
import StrictJSON

struct PolicyExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show why a request is allowed or refused: every gate and every rule.",
        discussion: """
            With a policy file it works offline. With --seq it explains a recorded decision under the policy that was in \
            force then, from the log and the kept policies. With neither it asks the running gateway.
            """)

    @Argument(help: "A policy file or folder, or sha256:... of a policy that was in force.")
    var policy: String?
    @Option(name: .customLong("as"), help: "Who asks: service:web, user:alice, or { user: ... }.")
    var asking: String?
    @Option(name: .customLong("do"), help: "What for: 'service.discover api', or { action: ... }.")
    var doing: String?
    @Option(help: "The sequence of a recorded decision.") var seq: UInt64?
    @Option(help: "The log's folder; default: the configuration's.") var log: String?
    @Option(help: "The trust domain that {trust_domain} stands for; default: the configuration's.")
    var trustDomain: String?
    @Option(help: "Decide as of this time, as 2026-11-02T23:00:00+01:00; default: now.")
    var now: String?
    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup var client: ClientOptions

    func run() async throws {
        if let seq {
            guard asking == nil, doing == nil, policy == nil else {
                throw Failure(.usage, "maxine: --seq stands alone, without a policy, --as and --do")
            }
            return try explainRecord(seq)
        }
        guard let asking, let doing else {
            throw Failure(.usage, "maxine: give --as and --do, or --seq")
        }
        guard let policy else { return try await askGateway(asking, doing) }
        var input = PolicyInput()
        input.trustDomain = trustDomain
        input.configuration = configuration
        input.now = now
        let loaded = try input.loadOrFind(policy)
        let question: PolicyQuestion
        do throws(PolicyErrors) {
            question = try PolicyQuestion.parse(
                asking: asking, doing: doing, now: now, nowNanoseconds: PolicyInput.clock(),
                trustDomain: loaded.trustDomain)
        } catch {
            throw Failure(.usage, error.description)
        }
        show(question, loaded, recorded: nil)
    }

    private func explainRecord(_ sequence: UInt64) throws {
        let settings = try configuration.load().configuration
        var input = LogInput()
        input.log = log
        let past = try runTool { () throws(PolicyToolError) in
            try input.replay(settings).decision(sequence)
        }
        show(past.question, past.policy, recorded: past.recorded)
    }

    private func show(
        _ question: PolicyQuestion, _ policy: CompiledPolicy, recorded: DecisionSummary?
    ) {
        let explanation = policy.explain(
            question.principal, question.operation, question.context)
        let encoded = ExplanationJSON.encode(
            explanation, of: question, under: policy, recorded: recorded)
        let value = (try? StrictJSON.parse(encoded)) ?? .null
        Terminal.print(client.json ? jsonText(value) : ExplanationText.text(value))
    }

    private func askGateway(_ asking: String, _ doing: String) async throws {
        var members: [JSONMember] = [.text("as", asking), .text("do", doing)]
        if let now { members.append(.text("now", now)) }
        let answer = try await GatewayClient(client).send(
            .POST, "/policy/explain", body: Array(jsonText(.object(members)).utf8))
        Terminal.print(client.json ? jsonText(answer) : ExplanationText.text(answer ?? .null))
    }
}
