/// What rotation asks for next: a pure function of the ledger and the time.
///
/// An authority is replaced in two steps: the next one is prepared at half of the life and active at five sixths, so
/// that what it signs may live a sixth of its own life. A root or JWT key waits for its readers until then at most.
public enum RotationSchedule {
    /// One step.
    public enum Step: Sendable, Equatable {
        /// Make and publish the next authority.
        case prepare(AuthorityKind)
        /// Let the prepared one sign; forced when time has run out for readers that lag behind.
        case activate(AuthorityKind, force: Bool)
        /// Forget what has ended.
        case prune
    }

    /// The step that is due, if any; roots before what they sign.
    public static func due(
        _ ledger: AuthorityLedger, adoption: AdoptionBoard, nowNanoseconds now: Int64
    ) -> Step? {
        for kind in AuthorityKind.allCases {
            guard let active = ledger.active(kind) else { continue }
            let start = max(active.publishedNanoseconds, 0)
            let life = active.notAfterNanoseconds - start
            let spent = now - start
            guard let next = ledger.prepared(kind) else {
                if spent >= life / 2 { return .prepare(kind) }
                continue
            }
            guard spent >= life / 6 * 4 else { continue }
            let isLate = spent >= life / 6 * 5
            let behind =
                kind == .intermediate
                ? [] : adoption.laggards(behind: next.publishedSequence, nowNanoseconds: now)
            if isLate || (behind.isEmpty && kind != .intermediate) {
                return .activate(kind, force: isLate)
            }
        }
        var pruned = ledger
        return pruned.prune(now: now).isEmpty ? nil : .prune
    }

    /// The longest life that an issuer of this life may give: a sixth of its own.
    public static func lifeMax(under issuerSeconds: Int64) -> Int64 { issuerSeconds / 6 }
}
