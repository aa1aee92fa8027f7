import Foundation
import Support

/// One attack on a gateway of its own, from an empty folder to a row of the table.
struct Trial {
    let attack: any Attack
    let calmSeconds: Int
    let seconds: Int

    /// What the first requests cost a new process is not measured.
    private static let warmSeconds = 2

    /// The client is `web` and finds `api`; whoever else has an identity may touch nothing but itself.
    private static let policy = """
        maxine_policy: 1
        name: attack
        roles: { public: { actions: [session.create] } }
        bindings:
          - { role: public, subjects: [{ anonymous: true }] }
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
        acl:
          - id: operators
            effect: allow
            subjects: [role:admin]
            actions: ["service.*", identity.issue]
            resources: { services: ["*"] }
        intentions:
          - id: web-to-api
            effect: allow
            from: [{ service: web }]
            to: [{ service: api }]
            permit: [discover]

        """

    func run() async throws -> Row {
        let gateway = try GatewayProcess(
            policy: Self.policy, configuration: attack.configuration())
        try gateway.start(under: attack.prepare(gateway))
        for service in ["web", Target.attacker] { try gateway.issue(service) }
        guard let port = Self.port(gateway.serviceAddress),
            let peoplePort = Self.port(gateway.peopleAddress), let process = gateway.process?.id
        else { throw TestFault(description: "the gateway is gone: \(gateway.logText())") }
        let target = Target(port: port, peoplePort: peoplePort, folder: gateway.folder)
        try await Catalogue.fill(gateway)
        try await attack.setUp(target)
        let before = try await Catalogue.read(gateway)

        let client = try WellBehavedClient(gateway)
        let meter = Meter(process: process, folder: gateway.folder)
        let done = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            group.addTask { try await meter.run() }
            defer { client.stop(); meter.stop() }
            try await Task.sleep(for: .seconds(Self.warmSeconds))
            client.enter(.calm)
            try await Task.sleep(for: .seconds(calmSeconds))
            client.enter(.attack)
            meter.begin()
            let done = try await attack.run(target, until: .now + .seconds(seconds))
            client.enter(.after)
            return done
        }
        try attack.restore(gateway)
        let after = try await Catalogue.read(gateway)
        let difference = client.ledger.difference(from: before, to: after)
        let row = Row(
            attack: attack, done: done, calm: client.samples(.calm),
            attacked: client.samples(.attack), usage: meter.usage, difference: difference,
            stopStatus: gateway.stop(), verifyStatus: try gateway.verify().status)
        try await client.shutDown()
        return row
    }

    private static func port(_ address: String) -> UInt16? {
        address.split(separator: ":").last.flatMap { UInt16($0) }
    }
}
