internal import DequeModule
internal import NIOConcurrencyHelpers
internal import Policy
internal import Synchronization

/// The rates in force and the meters of those who were seen lately; asked once a connection or credential, never once a request.
final class RateTable: Sendable {
    /// Tells principals apart.
    private struct PrincipalKey: Hashable {
        let kind: Principal.Kind
        let id: String
    }

    private let rates: RateSettings
    private let connections: Synchronization.Atomic<Int>
    private let principals: NIOLockedValueBox<RecentMeters<PrincipalKey>>
    private let sources: NIOLockedValueBox<RecentMeters<ClientSource>>

    init(_ rates: RateSettings) {
        self.rates = rates
        connections = Synchronization.Atomic(rates.connectionsPerPrincipal)
        let strangers = RateMeter(rates.strangers)
        principals = NIOLockedValueBox(
            RecentMeters(countMax: RateLimits.principalsMax) {
                RateMeters(.principal, rates.principal, reserve: rates.reserve)
            })
        sources = NIOLockedValueBox(
            RecentMeters(countMax: RateLimits.sourcesMax) {
                RateMeters(.source, rates.source, shared: strangers)
            })
    }

    /// How many connections one principal may have.
    var connectionsPerPrincipal: Int { connections.load(ordering: .relaxed) }

    /// Says how many connections there is room for, of which one principal may have a share.
    func share(connections all: Int) {
        connections.store(
            max(1, min(rates.connectionsPerPrincipal, all / RateLimits.connectionsShare)),
            ordering: .relaxed)
    }

    /// The meters of somebody known.
    func meters(of principal: Principal, at now: Int64) -> RateMeters {
        let key = PrincipalKey(kind: principal.kind, id: principal.id)
        return principals.withLockedValue { $0.meters(of: key, at: now) }
    }

    /// The meters of those who are nobody and come from a source.
    func meters(of source: ClientSource?, at now: Int64) -> RateMeters {
        sources.withLockedValue { table in
            source.map { table.meters(of: $0, at: now) } ?? table.others
        }
    }
}

/// The rates of one gateway.
package struct RateSettings: Equatable, Sendable {
    /// What one principal may ask.
    package var principal: Rate
    /// How many heartbeats and deregistrations a principal may send besides.
    package var reserve: Rate
    /// What those of one source may ask who are nobody.
    package var source: Rate
    /// What all those may ask who are nobody.
    package var strangers: Rate
    /// How many connections one principal may have.
    package var connectionsPerPrincipal: Int

    /// The rates that are configured.
    package init(_ limits: GatewayConfiguration.Limits) {
        connectionsPerPrincipal = limits.connectionsPerPrincipal
        principal = Rate(perSecond: limits.principalRate, burst: limits.principalBurst)
        reserve = Rate(perSecond: limits.leaseRate, burst: limits.leaseRate)
        source = Rate(perSecond: limits.sourceRate, burst: limits.sourceBurst)
        strangers = Rate(
            perSecond: limits.strangersRate,
            burst: limits.strangersRate * RateLimits.strangersBurstSeconds)
    }
}

/// The meters of the last clients that were seen, of a bounded number; the others share one.
package struct RecentMeters<Key: Hashable & Sendable>: Sendable {
    /// What all share for whom there is no room.
    package let others: RateMeters
    private let countMax: Int
    private let make: @Sendable () -> RateMeters
    private var known: [Key: RateMeters] = [:]
    private var oldestFirst = Deque<Key>()

    package init(countMax: Int, make: @escaping @Sendable () -> RateMeters) {
        self.countMax = countMax
        self.make = make
        others = make()
    }

    package mutating func meters(of key: Key, at now: Int64) -> RateMeters {
        if let meters = known[key] { return meters }
        guard known.count < countMax || makeRoom(now) else { return others }
        let made = make()
        known[key] = made
        oldestFirst.append(key)
        return made
    }

    /// Forgets one that has asked nothing for so long that it makes no difference.
    private mutating func makeRoom(_ now: Int64) -> Bool {
        for _ in 0..<RateLimits.looksForRoom {
            guard let key = oldestFirst.popFirst() else { return false }
            if known[key]?.isIdle(at: now) != false {
                known[key] = nil
                return true
            }
            oldestFirst.append(key)
        }
        return false
    }
}
