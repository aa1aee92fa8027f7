import ArgumentParser
import Policy
import StrictJSON

struct PolicyWhoCan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "who-can",
        abstract: "List every sort of principal that may do something.")

    @Argument(help: "The action, such as service.deregister.") var action: String
    @Argument(help: "The service, as api or staging/api; not for actions on no service.")
    var service: String?
    @Option(help: "The service's tags, separated by commas; default: unknown and all combinations.")
    var tags: String?
    @Option(help: "A policy file or folder, or sha256:...; default: the configuration's.")
    var policy: String?
    @OptionGroup var input: PolicyInput

    func run() throws {
        let loaded = try policy.map { try input.loadOrFind($0) } ?? input.load(nil)
        guard let action = Action(name: action) else {
            throw Failure(.usage, "maxine: there is no action '\(action)'")
        }
        let parts = (service ?? "").split(separator: "/", maxSplits: 1).map(String.init)
        let resource = Resource(
            service: service == nil ? nil : parts.last ?? "",
            namespace: parts.count == 2 ? parts[0] : "default",
            tags: tags.map { $0.split(separator: ",").map(String.init) })
        let reach = Reach.whoCan(
            Operation(action: action, resource: resource), under: loaded,
            nowNanoseconds: try input.time())
        if input.json { return Terminal.print(jsonText(encoded(reach))) }
        if reach.holders.isEmpty { Terminal.print("nobody") }
        for holder in reach.holders {
            Terminal.print(
                holder.principals.joined(separator: "\n")
                    + (holder.rule.map { "\n    by rule \($0)" } ?? "")
                    + (holder.circumstances.isEmpty
                        ? "" : "\n    only: \(holder.circumstances.joined(separator: "; "))"))
        }
        showGaps(reach.gaps)
    }

    private func encoded(_ reach: Reach) -> JSONValue {
        let holders = reach.holders.map { holder in
            var members: [JSONMember] = [.list("principals", holder.principals)]
            if let rule = holder.rule { members.append(.text("rule", rule)) }
            members.append(.list("only", holder.circumstances))
            return JSONValue.object(members)
        }
        return .object([.init(name: "holders", value: .array(holders)), .list("gaps", reach.gaps)])
    }
}

struct PolicyWhatCan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "what-can", abstract: "List everything that a principal may do.")

    @Argument(help: "Who: service:web, user:alice, operator:admin, or { user: ..., roles: [...] }.")
    var subject: String
    @Option(help: "A policy file or folder, or sha256:...; default: the configuration's.")
    var policy: String?
    @OptionGroup var input: PolicyInput

    func run() throws {
        let loaded = try policy.map { try input.loadOrFind($0) } ?? input.load(nil)
        let principal: Principal
        do throws(PolicyErrors) {
            principal = try PolicyQuestion.principal(subject, trustDomain: loaded.trustDomain)
        } catch {
            throw Failure(.usage, error.description)
        }
        let reach = Reach.whatCan(
            principal, under: loaded, nowNanoseconds: try input.time())
        if input.json { return Terminal.print(jsonText(encoded(reach))) }
        if reach.powers.isEmpty { Terminal.print("nothing") }
        for power in reach.powers {
            Terminal.print(
                power.action.name
                    + (power.resources.isEmpty
                        ? "" : "  " + power.resources.joined(separator: ", "))
                    + (power.circumstances.isEmpty
                        ? "" : "\n    only: \(power.circumstances.joined(separator: "; "))"))
        }
        showGaps(reach.gaps)
    }

    private func encoded(_ reach: Reach) -> JSONValue {
        let powers = reach.powers.map { power in
            JSONValue.object([
                .text("action", power.action.name), .list("resources", power.resources),
                .list("only", power.circumstances),
            ])
        }
        return .object([.init(name: "powers", value: .array(powers)), .list("gaps", reach.gaps)])
    }
}

/// Says what an answer leaves out.
func showGaps(_ gaps: [String]) {
    for gap in gaps { Terminal.error("not complete: \(gap)") }
}
