import Foundation

/// Random numbers that can be had again: the same for the same seed (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    package let seed: UInt64
    private var state: UInt64

    package init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// Another seed at each run; it is printed, and taken from MAXINE_TEST_SEED if set.
    package init(for test: String) {
        let named = ProcessInfo.processInfo.environment["MAXINE_TEST_SEED"].flatMap(UInt64.init)
        self.init(seed: named ?? UInt64.random(in: 0...UInt64.max))
        print("\(test): MAXINE_TEST_SEED=\(seed)")
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
