import NIOConcurrencyHelpers
import Support
import Testing

@testable import Registry

/// Changes of one instance take turns, from the judgement until they are done.
@Suite struct InstanceClaimTests {
    private let claims = InstanceClaims(Holdings())
    private let key = InstanceKey(
        service: ServiceKey(namespace: "default", service: "api"), id: "a")

    /// What waiters got, in order, each held until it is taken out.
    private final class Turns: Sendable {
        private let state = NIOLockedValueBox<(order: [Int], held: [InstanceClaim])>(([], []))
        var order: [Int] { state.withLockedValue { $0.order } }
        func take(_ number: Int, _ claim: InstanceClaim) {
            state.withLockedValue {
                $0.order.append(number)
                $0.held.append(claim)
            }
        }
        func letGo() {
            let held = state.withLockedValue { state in
                defer { state.held = [] }
                return state.held
            }
            _ = consume held
        }
    }

    private func claim(_ key: InstanceKey) -> InstanceClaim? {
        guard case .claimed(let claim) = claims.claim(key, orLater: nil) else { return nil }
        return claim
    }

    @Test func oneHasItUntilItLetsGo() throws {
        var first = claim(key)
        #expect(first != nil)
        #expect(claim(key) == nil)
        let other = InstanceKey(service: key.service, id: "b")
        #expect(claim(other) != nil)
        first = nil
        #expect(claim(key) != nil)
        _ = first
    }

    @Test func thoseWhoWaitGetItInTheirOrder() throws {
        var first = claim(key)
        let turns = Turns()
        for number in 0..<3 {
            guard case .waiting = claims.claim(key, orLater: { turns.take(number, $0) }) else {
                Issue.record("not queued")
                return
            }
        }
        #expect(turns.order == [])
        first = nil
        for count in 1...3 {
            #expect(turns.order == Array(0..<count))
            #expect(claim(key) == nil)
            turns.letGo()
        }
        #expect(claim(key) != nil)
        _ = first
    }

    @Test func soManyWaitAndNoMore() throws {
        let held = claim(key)
        let turns = Turns()
        for number in 0..<RegistryLimits.claimWaitersPerInstanceMax {
            guard case .waiting = claims.claim(key, orLater: { turns.take(number, $0) }) else {
                Issue.record("not queued")
                return
            }
        }
        guard case .busy = claims.claim(key, orLater: { turns.take(-1, $0) }) else {
            Issue.record("queued over the limit")
            return
        }
        _ = consume held
    }

    @Test func soManyWaitOverAllInstancesAndNoMore() throws {
        let perInstance = RegistryLimits.claimWaitersPerInstanceMax
        let keys = (0...(RegistryLimits.claimWaitersMax / perInstance)).map {
            InstanceKey(service: key.service, id: "\($0)")
        }
        let held = keys.map { claim($0) }
        var waiting = 0
        for key in keys {
            for _ in 0..<perInstance {
                if case .waiting = claims.claim(key, orLater: { _ in }) { waiting += 1 }
            }
        }
        #expect(waiting == RegistryLimits.claimWaitersMax)
        #expect(held.count == keys.count)
    }

    /// A waiter that is gone passes it on by dropping it, however many there are.
    @Test func whoIsGonePassesItOn() throws {
        var first = claim(key)
        let turns = Turns()
        for _ in 0..<20 { _ = claims.claim(key, orLater: { _ in }) }
        _ = claims.claim(key, orLater: { turns.take(1, $0) })
        first = nil
        #expect(turns.order == [1])
        _ = first
    }
}
