import Text

/// All authorities of our trust domain, oldest first: a pure value; every step is a method.
///
/// INVARIANT: of a kind at most one is active and at most one prepared, and states only move forward.
public struct AuthorityLedger: Sendable, Equatable {
    /// All authorities, oldest first.
    public internal(set) var authorities: [AuthorityRecord] = []
    /// Grows with each change of the roots that others are shown.
    public internal(set) var bundleSequence: UInt64 = 0
    /// The records of the log under which the last steps were taken, oldest first.
    var steps: [UInt64] = []

    /// The one that signs now.
    public func active(_ kind: AuthorityKind) -> AuthorityRecord? { first(kind, .active) }

    /// The next one.
    public func prepared(_ kind: AuthorityKind) -> AuthorityRecord? { first(kind, .prepared) }

    /// The authority with that key.
    public func authority(_ keyID: String) -> AuthorityRecord? {
        authorities.first { $0.keyID.isExactly(keyID) }
    }

    private func first(_ kind: AuthorityKind, _ state: AuthorityStage) -> AuthorityRecord? {
        authorities.first { $0.kind == kind && $0.stage == state }
    }

    /// Adds one that was made.
    mutating func add(_ authority: AuthorityRecord) throws(PKIError) {
        try checkMayPrepare(authority.kind)
        guard self.authority(authority.keyID) == nil else {
            throw .wrongState("the authority \(authority.keyID) is known already")
        }
        authorities.append(authority)
        if authority.kind == .root { bundleSequence &+= 1 }
    }

    /// Asked before a key is made for nothing.
    func checkMayPrepare(_ kind: AuthorityKind) throws(PKIError) {
        guard prepared(kind) == nil else {
            throw .wrongState("a prepared \(kind.rawValue) is there already: activate it")
        }
        guard authorities.count < PKILimits.authoritiesMax else {
            throw .wrongState(
                "there are \(authorities.count) authorities, and no more are kept; the oldest go by"
                    + " themselves once all that they signed has ended")
        }
    }

    /// The prepared one becomes active, and the active one old.
    mutating func activate(_ kind: AuthorityKind, now: Int64) throws(PKIError) {
        guard let next = prepared(kind) else {
            throw .wrongState("no \(kind.rawValue) is prepared: prepare one first")
        }
        if let current = active(kind) {
            change(current.keyID) {
                $0.move(to: .old, now)
                $0.leavesEndNanoseconds = min(
                    $0.notAfterNanoseconds, Self.after(now, PKILimits.leafSecondsMax))
            }
        }
        change(next.keyID) { $0.move(to: .active, now) }
    }

    /// A prepared one that is not wanted any more, since its root signs no more; it has signed nothing.
    mutating func retirePrepared(_ kind: AuthorityKind, now: Int64) {
        guard let prepared = prepared(kind) else { return }
        change(prepared.keyID) {
            $0.move(to: .old, now)
            $0.leavesEndNanoseconds = now
        }
    }

    /// What it signed is to be replaced at once.
    mutating func taint(_ keyID: String, now: Int64) throws(PKIError) {
        let authority = try known(keyID)
        guard authority.stage == .old else { throw authority.refuses("tainted") }
        change(keyID) { $0.move(to: .tainted, now) }
    }

    /// Nothing that it signed is taken any more.
    mutating func revoke(_ keyID: String, now: Int64) throws(PKIError) {
        let authority = try known(keyID)
        guard authority.stage == .old || authority.stage == .tainted else {
            throw authority.refuses("revoked")
        }
        change(keyID) { $0.move(to: .revoked, now) }
        if authority.kind == .root { bundleSequence &+= 1 }
    }

    /// Those that can be forgotten: all that they signed has ended.
    ///
    /// What is revoked, in whatever way, stays until it has ended itself, since a peer may bring it along until then, and has stood on a list
    /// since.
    func ended(now: Int64, revoked: Set<String> = []) -> [AuthorityRecord] {
        authorities.filter { authority in
            guard authority.stage != .prepared, authority.stage != .active else { return false }
            let isRevoked = authority.stage == .revoked || revoked.contains(authority.keyID)
            let end =
                isRevoked
                ? Self.after(authority.notAfterNanoseconds, PKILimits.endedAuthorityListedSeconds)
                : Self.after(
                    authority.leavesEndNanoseconds ?? authority.notAfterNanoseconds,
                    PKILimits.pruneSkewSeconds)
            return end < now
                && !authorities.contains { $0.issuerKeyID == authority.keyID }
        }
    }

    /// Forgets them.
    mutating func remove(_ gone: [AuthorityRecord]) {
        authorities.removeAll { authority in gone.contains { $0.keyID == authority.keyID } }
        if gone.contains(where: { $0.kind == .root && $0.stage.isTrusted }) { bundleSequence &+= 1 }
    }

    /// Names the list of revoked certificates that was made for an authority elsewhere.
    mutating func setList(of keyID: String, _ digest: String) {
        change(keyID) { $0.listDigest = digest }
    }

    /// Remembers which record a step was taken under.
    mutating func note(step sequence: UInt64) {
        steps.append(sequence)
        if steps.count > PKILimits.rememberedStepsMax { steps.removeFirst() }
    }

    private func known(_ keyID: String) throws(PKIError) -> AuthorityRecord {
        guard let authority = authority(keyID) else { throw .unknownAuthority(keyID) }
        return authority
    }

    private mutating func change(_ keyID: String, _ body: (inout AuthorityRecord) -> Void) {
        guard let index = authorities.firstIndex(where: { $0.keyID.isExactly(keyID) }) else {
            return
        }
        body(&authorities[index])
    }

    /// Never beyond the end of time.
    private static func after(_ time: Int64, _ seconds: Int64) -> Int64 {
        let (sum, overflow) = time.addingReportingOverflow(
            seconds * PKILimits.nanosecondsPerSecond)
        return overflow ? Int64.max : sum
    }
}

extension AuthorityRecord {
    fileprivate mutating func move(to stage: AuthorityStage, _ now: Int64) {
        self.stage = stage
        sinceNanoseconds = now
    }

    fileprivate func refuses(_ change: String) -> PKIError {
        let remedy =
            switch stage {
            case .active: "; activate another first"
            case .prepared: "; it has signed nothing"
            case .old, .tainted, .revoked: ""
            }
        return .wrongState(
            "the authority \(keyID) is \(stage.rawValue), and only an old one can be \(change)\(remedy)"
        )
    }
}
