import Synchronization

/// How one instance is chosen among many.
///
/// An unknown name is an error, never a silent default.
public enum BalancingStrategy: String, CaseIterable, Sendable {
    /// Each in turn.
    case roundRobin = "round-robin"
    /// Any, with equal chances.
    case random = "random"
    /// Each as often as its weight says, evenly spread over time.
    case weighted = "weighted"

    /// The strategy where a query names none.
    public static let standard = BalancingStrategy.roundRobin
}

/// Where the strategies of one service stand; survives every change of its instances.
final class BalancingCursors: Sendable {
    /// The first for queries without a filter, the others for filters by their hash, so that
    /// queries that alternate do not take each other's turns.
    private let turns = (0..<16).map { _ in Turn() }
    private let step = Atomic<UInt64>(0)
    private let seed = Atomic<UInt64>(UInt64.random(in: .min ... .max))

    /// 2^64 divided by the golden ratio.
    private static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The next number of 0, 1, 2...
    @inline(__always)
    func nextTurn(of filter: InstanceFilter) -> UInt64 {
        let slot = filter.isOpen ? 0 : 1 + Int(filter.hashValue.magnitude % 15)
        return turns[slot].count.wrappingAdd(1, ordering: .relaxed).oldValue
    }

    private final class Turn: Sendable {
        let count = Atomic<UInt64>(0)
    }

    /// The next point of a sequence that fills 0..<bound evenly at every length (Weyl's sequence).
    @inline(__always)
    func nextStep(below bound: UInt64) -> UInt64 {
        let old = step.wrappingAdd(BalancingCursors.golden, ordering: .relaxed).oldValue
        return old.multipliedFullWidth(by: bound).high
    }

    /// The next random number below the bound (SplitMix64 over one shared counter).
    @inline(__always)
    func nextRandom(below bound: UInt64) -> UInt64 {
        var mixed = seed.wrappingAdd(BalancingCursors.golden, ordering: .relaxed).newValue
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return (mixed ^ (mixed >> 31)).multipliedFullWidth(by: bound).high
    }
}
