internal import Audit

/// Identifiers of requests: unique enough to find a request, not secret.
///
/// One half is that of all that come from here, so that records which stand together are packed small; the other is SplitMix64 from a random
/// start, which gives no number twice. The system's generator would cost two system calls a request.
struct RequestNumbers {
    private let half = UInt64.random(in: .min ... .max)
    private var state = UInt64.random(in: .min ... .max)

    mutating func next() -> RequestID {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return RequestID(high: half, low: mixed ^ (mixed >> 31))
    }
}
