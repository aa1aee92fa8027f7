internal import Policy
internal import Synchronization

/// When a session was used last, noted by the event loops in one word.
final class SessionTerms: CredentialTerms {
    let liveName: String?
    let certificateTraits: [CertificateTrait]
    private let used: Atomic<Int64>
    /// The use that is on disk.
    private let written: Atomic<Int64>

    init(_ session: Session, usedNanoseconds: Int64) {
        liveName = session.id
        certificateTraits = session.traits
        used = Atomic(usedNanoseconds)
        written = Atomic(usedNanoseconds)
    }

    /// When it was used last, nanoseconds since the Unix epoch.
    var usedNanoseconds: Int64 { used.load(ordering: .relaxed) }

    func refusal(at place: CredentialPlace) -> AuthRefusal? { nil }

    /// Not each request: a word that all loops write would wander between their processors.
    @inline(__always)
    func take(nowNanoseconds now: Int64) -> QuotaReading? {
        let before = used.load(ordering: .relaxed)
        if now &- before >= AuthLimits.useNanoseconds || now < before {
            used.store(now, ordering: .relaxed)
        }
        return nil
    }

    /// The last use, if it is worth writing; taken as written from then on.
    func unwrittenUse() -> Int64? {
        let used = usedNanoseconds
        let last = written.load(ordering: .relaxed)
        guard used < last || used &- last >= AuthLimits.sessionUseNanoseconds else { return nil }
        written.store(used, ordering: .relaxed)
        return used
    }

    /// A write that failed is to be tried again.
    func isUnwritten() { written.store(.min / 2, ordering: .relaxed) }

    /// The wall clock was set back to before the last use: it counts from now on.
    func clamp(to now: Int64) {
        if usedNanoseconds > now { used.store(now, ordering: .relaxed) }
    }
}
