/// What rotation by itself asks for: a pure function of the ledger and the time.
extension AuthorityLedger {
    /// The step whose time has come, if any.
    ///
    /// The next intermediate is made at a third of the active one's life and signs from its half on, so that whatever signs has half of its
    /// life left at least, and what it signs may live as long.
    func due(nowNanoseconds now: Int64, revoked: Set<String> = []) -> AuthorityStep? {
        if !ended(now: now, revoked: revoked).isEmpty { return .prune }
        guard let active = active(.intermediate) else { return nil }
        let life = active.notAfterNanoseconds &- active.notBeforeNanoseconds
        let spent = now &- active.notBeforeNanoseconds
        guard life > 0, spent >= 0 else { return nil }
        let isPrepared = prepared(.intermediate) != nil
        if spent >= life / 2 { return isPrepared ? .activate : .rotate }
        return spent >= life / 3 && !isPrepared ? .prepare : nil
    }

    /// When the active intermediate should have been replaced.
    var halfLifeNanoseconds: Int64? {
        active(.intermediate).map { active in
            active.notBeforeNanoseconds
                &+ (active.notAfterNanoseconds &- active.notBeforeNanoseconds) / 2
        }
    }
}
