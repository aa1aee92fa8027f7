import Audit
import Policy
import ProofSupport
import Support
import Testing

@testable import Registry

/// The registry against the simplest thing that could be right: a dictionary and a clock.
@Suite struct RegistryModelTests {
    private struct Entry {
        var registration: Registration
        var end: Int64
    }

    /// Runs random operations and compares every answer.
    private final class Run {
        let house: Gatehouse
        let registry: Registry
        var generator: SeededGenerator
        var model: [InstanceKey: Entry] = [:]
        var now: Int64 = 1_000 * second

        init(seed: UInt64) throws {
            house = try Gatehouse()
            registry = try Registry.open(store: MemoryStore(), elapsedNanoseconds: 0)
            generator = SeededGenerator(seed: seed)
        }

        func key() -> InstanceKey {
            let service = ServiceKey(
                namespace: ["default", "shop"].randomElement(using: &generator) ?? "default",
                service: "s\(Int.random(in: 0..<2, using: &generator))")
            return InstanceKey(
                service: service, id: "i\(Int.random(in: 0..<4, using: &generator))")
        }

        func isLive(_ key: InstanceKey) -> Bool { (model[key]?.end ?? .min) > now }

        func live(_ service: ServiceKey) -> [String] {
            model.keys.filter { $0.service == service && isLive($0) }.map(\.id).sorted()
        }
    }

    @Test(arguments: 0..<UInt64(Repetitions.of(8))) func answersLikeTheModel(seed: UInt64) throws {
        let run = try Run(seed: seed)
        for _ in 0..<400 {
            switch Int.random(in: 0..<12, using: &run.generator) {
            case 0..<3: try register(run)
            case 3..<5: try heartbeat(run)
            case 5..<6: try deregister(run)
            case 6..<9: try discover(run)
            case 9: try list(run)
            case 10: try sweep(run)
            default: run.now += Int64.random(in: 0...(8 * second), using: &run.generator)
            }
        }
    }

    private func register(_ run: Run) throws {
        let key = run.key()
        let ttl = Int.random(in: 5...20, using: &run.generator)
        let port = Int.random(in: 1...65_535, using: &run.generator)
        let one = try registration(
            key.id, service: key.service.service, namespace: key.service.namespace, port: port,
            tags: port % 2 == 0 ? ["even"] : [], ttl: ttl)
        let ticket = run.registry.beginChanges()
        let proof = try run.house.proof(
            .serviceRegister, service: key.service.service, namespace: key.service.namespace,
            id: key.id, tags: one.tags, over: run.registry)
        let sequence = proof.receipt.sequence
        let outcome = run.registry.register(
            one, permit: proof.permit, receipt: proof.receipt, ticket: ticket,
            elapsedNanoseconds: run.now)
        #expect(
            outcome == (run.isLive(key) ? .updated(index: sequence) : .created(index: sequence)))
        run.model[key] = Entry(registration: one, end: run.now + Int64(ttl) * second)
    }

    private func heartbeat(_ run: Run) throws {
        let key = run.key()
        let proof = try run.house.proof(
            .serviceHeartbeat, service: key.service.service, namespace: key.service.namespace,
            id: key.id, over: run.registry)
        let outcome = run.registry.heartbeat(
            service: key.service.service, namespace: key.service.namespace, id: key.id,
            permit: proof.permit, receipt: proof.receipt, elapsedNanoseconds: run.now)
        guard run.isLive(key), let entry = run.model[key] else {
            #expect(outcome == .unknown)
            return
        }
        let end = run.now + Int64(entry.registration.ttlSeconds) * second
        #expect(outcome == .renewed(expiresAtNanoseconds: end))
        run.model[key]?.end = end
    }

    private func deregister(_ run: Run) throws {
        let key = run.key()
        let ticket = run.registry.beginChanges()
        let proof = try run.house.proof(
            .serviceDeregister, service: key.service.service, namespace: key.service.namespace,
            id: key.id, over: run.registry)
        let sequence = proof.receipt.sequence
        let outcome = run.registry.deregister(
            service: key.service.service, namespace: key.service.namespace, id: key.id,
            permit: proof.permit, receipt: proof.receipt, ticket: ticket,
            elapsedNanoseconds: run.now)
        #expect(outcome == (run.isLive(key) ? .removed(index: sequence) : .unknown))
        run.model[key] = nil
    }

    private func discover(_ run: Run) throws {
        let key = run.key().service
        let strategy = BalancingStrategy.allCases.randomElement(using: &run.generator) ?? .random
        let tags = Bool.random(using: &run.generator) ? ["even"] : []
        let proof = try run.house.proof(
            .serviceDiscover, service: key.service, namespace: key.namespace)
        let outcome = run.registry.discover(
            DiscoverQuery(
                namespace: key.namespace, service: key.service, strategy: strategy,
                filter: InstanceFilter(tags: tags)),
            permit: proof.permit, receipt: proof.receipt, elapsedNanoseconds: run.now)
        let matching = run.live(key).filter { id in
            let entry = run.model[InstanceKey(service: key, id: id)]
            return tags.isEmpty || entry?.registration.tags == tags
        }
        switch outcome {
        case .found(let found, _):
            #expect(matching.contains(found.registration.id))
            let key = InstanceKey(service: key, id: found.registration.id)
            #expect(found.registration == run.model[key]?.registration)
            #expect(found.fragment == found.registration.encodedFragment())
        case .none: #expect(matching == [])
        case .refused(let mismatch): Issue.record("\(mismatch)")
        }
    }

    private func list(_ run: Run) throws {
        let key = run.key().service
        let reading = try run.house.proof(
            .serviceRead, service: key.service, namespace: key.namespace)
        let listed = run.registry.instances(
            of: key.service, namespace: key.namespace, permit: reading.permit,
            receipt: reading.receipt, elapsedNanoseconds: run.now)
        guard case .listed(let instances, _) = listed else {
            Issue.record("\(listed)")
            return
        }
        #expect(instances.entries.map(\.registration.id) == run.live(key))
        let proof = try run.house.proof(.serviceRead, service: nil, namespace: key.namespace)
        let outcome = run.registry.services(
            in: key.namespace, permit: proof.permit, receipt: proof.receipt,
            elapsedNanoseconds: run.now)
        guard case .listed(let services, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        let wanted = ["s0", "s1"].compactMap { name -> String? in
            let live = run.live(ServiceKey(namespace: key.namespace, service: name))
            return live.isEmpty ? nil : "\(name) \(live.count)"
        }
        #expect(services.entries.map { "\($0.service) \($0.instances)" } == wanted)
    }

    private func sweep(_ run: Run) throws {
        let batches = run.registry.expired(elapsedNanoseconds: run.now)
        let ended = run.model.filter { $0.value.end <= run.now }
        #expect(batches.map(\.instances.count).reduce(0, +) == ended.count)
        for batch in batches {
            let ticket = run.registry.beginChanges()
            let receipt = try run.house.receipt(batch.record)
            let outcome = run.registry.reclaim(batch, receipt: receipt, ticket: ticket)
            #expect(outcome == .reclaimed(batch.instances.count))
        }
        for key in ended.keys { run.model[key] = nil }
        #expect(run.registry.catalogue.count == run.model.count)
        try run.registry.persist()
    }
}
