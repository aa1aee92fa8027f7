/// Bounds the frames that cost work without being requests.
struct FrameBudget {
    private let limits: HTTP2Limits
    private var left: Int
    private var flowLeft = 0
    private var filledAt: Int64 = .min

    init(_ limits: HTTP2Limits) {
        self.limits = limits
        left = limits.idleFramesMax
    }

    /// Pays for frames; false once nothing is left.
    @inline(__always)
    mutating func pay(_ count: Int = 1) -> Bool {
        left &-= count
        return left >= 0
    }

    /// Grants what the time since the last call brings; in nanoseconds of any steady clock.
    @inline(__always)
    mutating func fill(now: Int64) {
        guard left < limits.idleFramesMax else { return }
        guard filledAt != .min else {
            filledAt = now
            return
        }
        let seconds = (now &- filledAt) / 1_000_000_000
        guard seconds > 0 else { return }
        filledAt = now
        let granted = min(Int(clamping: seconds), limits.idleFramesMax) * limits.idleFramesPerSecond
        left = min(left &+ granted, limits.idleFramesMax)
    }

    /// Grants a finished request's share.
    @inline(__always)
    mutating func grant() {
        left = min(left &+ limits.idleFramesPerRequest, limits.idleFramesMax)
    }

    /// Grants the flow-control frames that a DATA frame is answered with.
    @inline(__always)
    mutating func grantFlow() {
        flowLeft = min(flowLeft &+ limits.flowFramesPerDataFrame, limits.flowFramesMax)
    }

    /// Pays for a flow-control frame, with what was granted for data first; false once nothing is left.
    @inline(__always)
    mutating func payFlow() -> Bool {
        guard flowLeft > 0 else { return pay() }
        flowLeft &-= 1
        return true
    }
}
