import Foundation
import Policy
import Support
import Testing

@testable import Registry

/// Registrations are counted for whoever made them, and no more of them are taken than the quotas say.
@Suite struct HoldingsTests {
    private let catalogue = Catalogue(
        floorIndex: 0, quotas: RegistrationQuotas(perPrincipal: 2, perNamespace: 3))
    private let alice = PrincipalDigest(kind: "user", id: "alice")
    private let bob = PrincipalDigest(kind: "user", id: "bob")

    private func put(
        _ id: String, _ owner: PrincipalDigest?, service: String = "api", ttl: Int = 30,
        limited: Bool = true
    ) throws -> Applied.Effect {
        let instance = Instance(
            try registration(id, service: service, ttl: ttl), owner: owner,
            sequence: catalogue.index + 1, elapsedNanoseconds: 0)
        return catalogue.put(instance, elapsedNanoseconds: 0, limited: limited).effect
    }

    private func remove(_ id: String, service: String = "api") {
        let key = InstanceKey(service: ServiceKey(namespace: "default", service: service), id: id)
        _ = catalogue.remove(key, sequence: catalogue.index + 1, elapsedNanoseconds: 0)
    }

    @Test func whatIsOverTheQuotaIsNotTakenAndWhatIsGivenBackIsFree() throws {
        #expect(try put("a", alice) == .created)
        #expect(try put("b", alice, service: "web") == .created)
        #expect(try put("c", alice) == .overQuota(.principal(limit: 2)))
        #expect(catalogue.count == 2)
        remove("c")
        #expect(catalogue.holdings.count(of: alice) == 2, "it was not there")
        remove("b", service: "web")
        #expect(try put("c", alice) == .created)
        #expect(catalogue.holdings.count(of: alice) == 2)
    }

    @Test func ownOnesAreRegisteredAnewWithoutBeingCountedTwice() throws {
        _ = try put("a", alice)
        _ = try put("b", alice)
        for _ in 0..<5 { #expect(try put("b", alice) == .updated) }
        #expect(catalogue.holdings.count(of: alice) == 2)
        #expect(catalogue.holdings.count(in: "default") == 2)
    }

    @Test func whoTakesAnInstanceOverIsWhoIsCounted() throws {
        _ = try put("a", alice)
        _ = try put("b", bob)
        #expect(try put("a", bob) == .updated)
        #expect(catalogue.holdings.count(of: alice) == 0)
        #expect(catalogue.holdings.count(of: bob) == 2)
        #expect(catalogue.holdings.count(in: "default") == 2)
        _ = try put("c", alice)
        #expect(try put("c", bob) == .overQuota(.principal(limit: 2)), "not even by taking over")
        #expect(catalogue.holdings.count(of: alice) == 1)
    }

    @Test func aNamespaceHasItsQuotaWhoeverRegisters() throws {
        _ = try put("a", alice)
        _ = try put("b", alice)
        _ = try put("c", bob)
        #expect(try put("d", bob) == .overQuota(.namespace(limit: 3)))
        #expect(try put("c", PrincipalDigest(kind: "key", id: "k")) == .updated, "it adds none")
    }

    @Test func whatEndsIsGivenBack() throws {
        _ = try put("a", alice, ttl: 5)
        _ = try put("b", alice, ttl: 5)
        for batch in catalogue.collectExpired(elapsedNanoseconds: 5 * second) {
            _ = catalogue.expire(batch, sequence: catalogue.index + 1)
        }
        #expect(catalogue.holdings.size == 0, "nothing is kept of those who have none")
        #expect(try put("c", alice) == .created)
    }

    @Test func whatWasAcknowledgedOnceIsCountedButNotRefused() throws {
        for id in ["a", "b", "c", "d"] { _ = try put(id, alice, limited: false) }
        _ = try put("e", nil, limited: false)
        #expect(catalogue.holdings.count(of: alice) == 4)
        #expect(catalogue.holdings.count(in: "default") == 5)
        #expect(try put("f", alice) == .overQuota(.principal(limit: 2)))
    }

    @Test func manyAtOnceGetExactlyTheQuota() async throws {
        let catalogue = Catalogue(
            floorIndex: 0, quotas: RegistrationQuotas(perPrincipal: 50, perNamespace: 1_000))
        let alice = alice
        let taken = await withTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    (0..<40).count { number in
                        guard let one = try? registration("i\(number)", service: "s\(worker)")
                        else { return false }
                        let sequence = UInt64(worker * 100 + number + 1)
                        let instance = Instance(
                            one, owner: alice, sequence: sequence, elapsedNanoseconds: 0)
                        return catalogue.put(instance, elapsedNanoseconds: 0, limited: true).effect
                            == .created
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(taken == 50)
        #expect(catalogue.count == 50)
    }

    @Test func whatIsReservedCountsUntilItIsDoneOrLetGo() throws {
        let claims = InstanceClaims(catalogue.holdings)
        func claim(_ id: String) throws -> InstanceClaim {
            let key = InstanceKey(service: ServiceKey(namespace: "default", service: "api"), id: id)
            guard case .claimed(let claim) = claims.claim(key, orLater: nil) else {
                throw TestFault(description: "\(id) is claimed")
            }
            return claim
        }
        func reserve(_ claim: InstanceClaim, _ owner: PrincipalDigest) -> FullQuota? {
            catalogue.holdings.reserve(claim.key, for: owner, inPlaceOf: nil)
        }
        let first = try claim("a")
        var second: InstanceClaim? = try claim("b")
        #expect(try reserve(first, alice) == nil && reserve(#require(second), alice) == nil)
        #expect(try reserve(claim("c"), alice) == .principal(limit: 2))
        #expect(try put("c", alice) == .overQuota(.principal(limit: 2)))
        second = nil
        #expect(try put("a", alice) == .created, "what has its room is not counted twice")
        #expect(try put("c", alice) == .created)
        #expect(catalogue.holdings.count(of: alice) == 2)
        #expect(try reserve(claim("d"), bob) == nil)
        #expect(catalogue.holdings.count(in: "default") == 2, "nobody holds it any more")
        withExtendedLifetime(first) {}
    }

    @Test func oneNameIsOnePrincipalInEverySpellingOfItsBytes() throws {
        #expect(PrincipalDigest(bytes: alice.bytes) == alice)
        #expect(PrincipalDigest(bytes: [1]) == nil)
        #expect(
            PrincipalDigest(kind: "user", id: "\u{E9}")
                != PrincipalDigest(kind: "user", id: "e\u{301}"))
        #expect(PrincipalDigest(kind: "user", id: "a") != PrincipalDigest(kind: "key", id: "a"))
    }
}
