internal import NIOCore

extension LiveIndex {
    /// Has nothing more allowed of one; when it returns, all that was allowed of them stands in the log, or never will.
    ///
    /// - Parameters:
    ///   - owner: Whose: what certificates have in common.
    ///   - pass: That of the call that wants it.
    /// - Returns: Whether it is so, and is to be taken back with `resume`; not where the caller was suspended meanwhile.
    func suspend(_ owner: LiveOwner, by pass: Suspensions.Pass) async -> Bool {
        guard suspensions.suspend(owner, by: pass) else { return false }
        await goRound { here in
            here.suspend(owner)
            return 0
        }
        // Behind those on each event loop: what was asked before is decided, and what comes is refused.
        for settled in lanesSettled() { try? await settled.get() }
        await suspensions.untilLeft(owner, but: pass)
        return true
    }

    /// Takes a suspension back; what was cut meanwhile stays so.
    func resume(_ owner: LiveOwner) async {
        await goRound { here in
            here.resume(owner)
            return 0
        }
        suspensions.resume(owner)
    }
}
