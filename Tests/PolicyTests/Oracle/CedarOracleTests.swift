import Foundation
import Testing

@testable import Policy

/// An engine that shares nothing with this project, Cedar, decides as the compiled policy does.
///
/// It is PyPI's cedarpy; the test installs it into a folder of its own, and says so when it can't be had.
@Suite struct CedarOracleTests {
    private static let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("maxine-cedar-oracle")

    @Test func cedarDecidesAlike() throws {
        let environment = ProcessInfo.processInfo.environment
        let seed =
            environment["MAXINE_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1 << 32)
        print("cedar oracle: MAXINE_SEED=\(seed)")
        guard
            try run([
                "-m", "pip", "install", "--quiet", "--target", Self.folder.path, "cedarpy==4.12.2",
            ])
            .status == 0
        else {
            print("cedar oracle: NOT RUN, pip can't install cedarpy")
            return
        }
        var random = RandomPolicies(numbers: SeededNumbers(state: seed))
        var lines = Data()
        for _ in 0..<120 {
            let naive = Self.expressible(random.policy())
            let source = PolicySource(name: "random.yaml", text: naive.yaml)
            let policy = try CompiledPolicy.load(files: [source], trustDomain: "maxine.local")
            let requests = (0..<100).compactMap { _ in Self.request(policy, &random) }
            let line: [String: Any] = ["policy": Self.plain(naive, policy), "requests": requests]
            lines += try JSONSerialization.data(withJSONObject: line) + Data("\n".utf8)
        }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("cedar_oracle.py").path
        let input = Self.folder.appendingPathComponent("requests-\(seed).jsonl")
        try lines.write(to: input)
        defer { try? FileManager.default.removeItem(at: input) }
        let result = try run([script], input: FileHandle(forReadingFrom: input))
        print(result.output)
        #expect(result.status == 0, "\(result.output)")
        let judged = result.output.split(separator: "cedar judged ").last?.prefix { $0.isNumber }
        #expect((judged.flatMap { Int($0) } ?? 0) >= 10_000)
    }

    private func run(
        _ arguments: [String], input: FileHandle = .nullDevice
    ) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PYTHONPATH": Self.folder.path]) { $1 }
        process.standardInput = input
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    /// The policy without what Cedar has no words for.
    private static func expressible(_ policy: NaivePolicy) -> NaivePolicy {
        var policy = policy
        policy.rules = policy.rules.map { rule in
            var rule = rule
            rule.time = nil
            rule.tagsAny = nil
            rule.tagsAll = nil
            rule.http = nil
            rule.shadowUntil = nil
            if rule.hasResources, rule.services == nil, rule.namespaces == nil {
                rule.services = ["*"]
            }
            return rule
        }
        return policy
    }

    /// A request of which everything is known, with what the policy says to it.
    private static func request(
        _ policy: CompiledPolicy, _ random: inout RandomPolicies
    ) -> [String: Any]? {
        var principal = random.principal()
        while principal.kind == .anonymous
            || (principal.kind == .service && principal.service == nil)
        {
            principal = random.principal()
        }
        var operation = random.operation()
        while !operation.action.isServiceScoped { operation = random.operation() }
        if operation.resource.service == nil || operation.resource.service == "*" {
            operation.resource.service = "web"
        }
        var context = random.context()
        context.sourceIP = context.sourceIP ?? IPAddress(v4: 0x0A01_0203)
        context.authenticationStrength = context.authenticationStrength ?? .mfa
        context.certificateAgeNanoseconds = context.certificateAgeNanoseconds ?? 60_000_000_000
        let subject = policy.subject(for: principal)
        let isAllowed = policy.decide(subject, operation, context).isAllowed
        let facts: [String: Any] = [
            "kind": principal.kind.rawValue, "id": principal.id, "roles": subject.roles,
            "groups": principal.ldapGroups + principal.samlGroups,
            "home": principal.service?.trustDomain == "maxine.local",
            "name": principal.service?.service ?? "",
            "namespace": principal.service?.namespace ?? "",
            "action": operation.action.name, "verb": operation.action.verb,
            "permittable": ActionSet.permittable.contains(operation.action),
            "target": operation.resource.service ?? "",
            "targetNamespace": operation.resource.namespace,
            "ip": context.sourceIP?.description ?? "",
            "strength": Int(context.authenticationStrength?.rawValue ?? 0),
            "age": (context.certificateAgeNanoseconds ?? 0) / 1_000_000_000,
            "now": context.nowNanoseconds / 1_000_000_000,
            "method": (context.authenticationMethod ?? principal.authentication).rawValue,
        ]
        return ["context": facts, "allowed": isAllowed]
    }

    private static func plain(_ naive: NaivePolicy, _ policy: CompiledPolicy) -> [String: Any] {
        var roles: [String: [String]] = NaiveEvaluator.builtIn
        for role in naive.roles {
            roles[role.name] = Action.allCases.map(\.name).filter { name in
                role.actions.contains { NaiveEvaluator.glob($0, name) }
            }
        }
        let rules = naive.rules.map { rule -> [String: Any] in
            func named(_ pairs: [(service: String, namespace: String?)]) -> [[Any]] {
                pairs.flatMap { pair in
                    naive.written(out: pair.service) { $0.services }.flatMap { service in
                        (pair.namespace.map { naive.written(out: $0) { $0.namespaces } } ?? [])
                            .map { [service, $0] as [Any] }
                            + (pair.namespace == nil ? [[service, NSNull()]] : [])
                    }
                }
            }
            func listed(_ list: [String]?, _ path: (NaivePolicy.Group) -> [String]?) -> Any {
                list.map { $0.flatMap { naive.written(out: $0, path) } } ?? NSNull()
            }
            return [
                "intention": rule.isIntention, "deny": rule.isDeny,
                "subjects": rule.subjects ?? NSNull(), "what": rule.what ?? NSNull(),
                "sources": named(rule.sources), "to": named(rule.to),
                "services": listed(rule.services) { $0.services },
                "namespaces": listed(rule.namespaces) { $0.namespaces },
                "sourceIP": listed(rule.sourceIP) { $0.cidr },
                "strength": rule.strength ?? NSNull(), "age": rule.certificateAge ?? NSNull(),
                "methods": rule.methods ?? NSNull(), "from": rule.from ?? NSNull(),
                "until": rule.until ?? NSNull(), "except": rule.except,
            ]
        }
        return ["roles": roles, "rules": rules]
    }
}
