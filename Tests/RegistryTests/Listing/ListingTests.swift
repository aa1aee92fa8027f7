import Policy
import ProofSupport
import Support
import Testing

@testable import Registry

/// Lists are read a page at a time, whatever changes meanwhile.
@Suite struct ListingTests {
    private let house: Gatehouse
    private let registry: Registry

    init() throws {
        house = try Gatehouse()
        registry = try Registry.open(store: MemoryStore(), elapsedNanoseconds: 0)
    }

    private func put(_ id: String, service: String = "api", ttl: Int = 30) throws {
        let sequence = registry.catalogue.index + 1
        let registration = try registration(id, service: service, ttl: ttl)
        #expect(registry.catalogue.put(registration, sequence: sequence).effect == .created)
    }

    private func remove(_ id: String, service: String = "api") {
        let key = InstanceKey(service: ServiceKey(namespace: "default", service: service), id: id)
        _ = registry.catalogue.remove(
            key, sequence: registry.catalogue.index + 1, elapsedNanoseconds: 0)
    }

    private func instances(_ range: ListRange) throws -> (ids: [String], next: String?) {
        let proof = try house.proof(.serviceRead, service: "api")
        let outcome = registry.instances(
            of: "api", range: range, permit: proof.permit, receipt: proof.receipt,
            elapsedNanoseconds: 0)
        guard case .listed(let page, _) = outcome else { throw TestFault(description: "refused") }
        return (page.entries.map(\.registration.id), page.next)
    }

    private func services(_ range: ListRange, at now: Int64 = 0) throws -> ListPage<ServiceSummary>
    {
        let proof = try house.proof(.serviceRead, service: nil)
        let outcome = registry.services(
            range: range, permit: proof.permit, receipt: proof.receipt, elapsedNanoseconds: now)
        guard case .listed(let page, _) = outcome else { throw TestFault(description: "refused") }
        return page
    }

    @Test func aPageEndsAtItsLimitAndTheNextBeginsAfterIt() throws {
        for id in ["a", "b", "c", "d", "e"] { try put(id) }
        let first = try instances(ListRange(limit: 2))
        #expect(first.ids == ["a", "b"])
        #expect(first.next == "b")
        let last = try instances(ListRange(after: "b", limit: 3))
        #expect(last.ids == ["c", "d", "e"])
        #expect(last.next == nil, "what is over has no next")
    }

    @Test func changesBetweenPagesNeitherSkipNorDouble() throws {
        for id in ["b", "d", "f", "h"] { try put(id) }
        let first = try instances(ListRange(limit: 2))
        #expect(first.ids == ["b", "d"])
        try put("a")
        try put("c")
        remove("d")
        remove("b")
        try put("g")
        #expect(try instances(ListRange(after: first.next)).ids == ["f", "g", "h"])
    }

    @Test func servicesCountOnlyWhereAnInstanceLives() throws {
        for number in 0..<10 { try put("one", service: "s\(number)", ttl: number < 8 ? 5 : 30) }
        remove("one", service: "s9")
        let now = 6 * second
        let page = try services(ListRange(limit: 1), at: now)
        #expect(page.entries.map(\.service) == ["s8"], "the dead before it take no room")
        #expect(page.next == nil)
        let all = try services(ListRange(limit: 4))
        #expect(all.entries.map(\.service) == ["s0", "s1", "s2", "s3"])
        #expect(all.next == "s3")
        let rest = try services(ListRange(after: "s3"))
        #expect(rest.entries.map(\.service) == ["s4", "s5", "s6", "s7", "s8"])
    }

    @Test func aServiceThatLeftIsInTheOrderAgainWhenItReturns() throws {
        try put("one", service: "b")
        try put("one", service: "a")
        remove("one", service: "a")
        try registry.persist()
        registry.observe(journalSequence: registry.catalogue.index)
        try registry.persist()
        #expect(registry.catalogue.directory.services(of: "default", after: nil, most: 9) == ["b"])
        try put("one", service: "a")
        #expect(try services(ListRange()).entries.map(\.service) == ["a", "b"])
    }

    @Test func aPageEndsBeforeItHasTooManyBytesButHasOneEntry() {
        let half = RegistryLimits.pageBytesMax / 2
        let large = page(of: [("a", RegistryLimits.pageBytesMax + 1), ("b", 1)])
        #expect(large.entries == ["a"])
        #expect(large.next == "a")
        let halves = page(of: [("a", half), ("b", half), ("c", 1)])
        #expect(halves.entries == ["a", "b"])
        #expect(halves.next == "b")
    }

    private func page(of entries: [(name: String, bytes: Int)]) -> ListPage<String> {
        var page = ListPage<String>(ListRange())
        for (name, bytes) in entries where !page.add(name, key: name, bytes: bytes) { break }
        return page
    }
}
