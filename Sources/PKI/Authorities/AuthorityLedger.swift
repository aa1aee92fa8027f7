/// All authorities of our trust domain and what is revoked: a pure value; every change is a method.
///
/// INVARIANT: at most one authority of a kind is active and at most one prepared; states only move forward; the
/// sequence grows with every change of what the bundle shows.
public struct AuthorityLedger: Sendable, Equatable {
    /// The bundle's sequence (Trust Domain and Bundle section 4.1.1).
    public internal(set) var sequence: UInt64 = 1
    /// All authorities, oldest first.
    public internal(set) var authorities: [AuthorityRecord] = []
    /// The revoked certificates.
    public internal(set) var revoked: [RevokedCertificate] = []

    /// An empty ledger.
    public init() {}

    /// The one that signs now.
    public func active(_ kind: AuthorityKind) -> AuthorityRecord? {
        authorities.first { $0.kind == kind && $0.state == .active }
    }

    /// The next one.
    public func prepared(_ kind: AuthorityKind) -> AuthorityRecord? {
        authorities.first { $0.kind == kind && $0.state == .prepared }
    }

    /// The authority with that key.
    public func authority(_ keyID: String) -> AuthorityRecord? {
        authorities.first { $0.keyID == keyID }
    }

    /// What verifiers are to know: prepared, active and old ones of a kind.
    public func published(_ kind: AuthorityKind) -> [AuthorityRecord] {
        authorities.filter { $0.kind == kind && $0.state.isPublished }
    }

    /// Whether the first root and intermediate are still the ones that sign.
    var isFounding: Bool {
        active(.root)?.keyName == "root" && active(.intermediate)?.keyName == "intermediate"
    }

    /// What no verifier of ours takes.
    public var revocations: RevocationSet {
        RevocationSet(
            certificates: Set(revoked.map(\.entry)),
            taintedKeyIDs: Set(
                authorities.filter { $0.state == .tainted || $0.state == .revoked }.map(\.keyID)))
    }

    /// Adds an authority that was made; a root or JWT key changes the bundle.
    mutating func add(_ authority: AuthorityRecord) throws(PKIError) {
        guard self.authority(authority.keyID) == nil else {
            throw .wrongState("authority \(authority.keyID) is known already")
        }
        guard prepared(authority.kind) == nil else {
            throw .wrongState("a prepared \(authority.kind.rawValue) is there already: activate it")
        }
        authorities.append(authority)
        if authority.kind != .intermediate { sequence += 1 }
    }

    /// The prepared one becomes active, the active one old.
    mutating func activate(
        _ kind: AuthorityKind, lastIssuedEnd: Int64?, now: Int64
    ) throws(PKIError) {
        guard let next = prepared(kind) else {
            throw .wrongState("no \(kind.rawValue) is prepared: prepare one first")
        }
        if let current = active(kind) {
            change(current.keyID) {
                $0.state = .old
                $0.changedNanoseconds = now
                $0.lastIssuedEndNanoseconds = lastIssuedEnd
            }
        }
        change(next.keyID) {
            $0.state = .active
            $0.changedNanoseconds = now
        }
    }

    /// Nothing that it signed is taken any more; the active one must be replaced first.
    mutating func taint(_ keyID: String, now: Int64) throws(PKIError) {
        let authority = try known(keyID)
        guard authority.state == .old || authority.state == .prepared else {
            throw .wrongState(
                "authority \(keyID) is \(authority.state.rawValue): only an old or a prepared one can be "
                    + "tainted" + (authority.state == .active ? "; activate another first" : ""))
        }
        move(authority, to: .tainted, now: now)
    }

    /// It is gone for good.
    mutating func revoke(_ keyID: String, now: Int64) throws(PKIError) {
        let authority = try known(keyID)
        guard authority.state != .active, authority.state != .revoked else {
            throw .wrongState(
                "authority \(keyID) is \(authority.state.rawValue)"
                    + (authority.state == .active ? ": activate another first" : " already"))
        }
        move(authority, to: .revoked, now: now)
    }

    /// What the log says of an earlier time: taints and revocations hold, whatever state a backup brought back.
    mutating func restore(_ keyID: String, _ state: AuthorityState, now: Int64) -> Bool {
        guard let authority = authority(keyID), authority.state.order < state.order else {
            return false
        }
        move(authority, to: state, now: now)
        return true
    }

    /// A certificate is no longer taken; known ones are not added again.
    mutating func revoke(_ certificate: RevokedCertificate) -> Bool {
        guard !revoked.contains(where: { $0.entry == certificate.entry }) else { return false }
        revoked.append(certificate)
        return true
    }

    /// Forgets old authorities after the last thing that they signed, and revocations of what has ended by itself.
    ///
    /// Tainted and revoked authorities stay until they have ended, because a peer may still bring them along.
    mutating func prune(now: Int64) -> [AuthorityRecord] {
        let late = now - PKILimits.pruneSkewNanoseconds
        let gone = authorities.filter { authority in
            switch authority.state {
            case .prepared, .active: false
            case .old:
                min(
                    authority.notAfterNanoseconds,
                    authority.lastIssuedEndNanoseconds ?? authority.notAfterNanoseconds) < late
                    && !authorities.contains {
                        $0.issuerKeyID == authority.keyID && $0.state.isPublished
                    }
            case .tainted, .revoked: authority.notAfterNanoseconds < late
            }
        }
        revoked.removeAll { $0.notAfterNanoseconds < late }
        guard !gone.isEmpty else { return [] }
        authorities.removeAll { gone.contains($0) }
        if gone.contains(where: { $0.kind != .intermediate && $0.state == .old }) { sequence += 1 }
        return gone
    }

    private mutating func move(_ authority: AuthorityRecord, to state: AuthorityState, now: Int64) {
        change(authority.keyID) {
            $0.state = state
            $0.changedNanoseconds = now
        }
        if authority.kind != .intermediate, authority.state.isPublished { sequence += 1 }
    }

    private func known(_ keyID: String) throws(PKIError) -> AuthorityRecord {
        guard let authority = authority(keyID) else {
            throw .wrongState("no authority \(keyID.quotedForPeople); `maxine ca show` lists them")
        }
        return authority
    }

    private mutating func change(_ keyID: String, _ body: (inout AuthorityRecord) -> Void) {
        guard let index = authorities.firstIndex(where: { $0.keyID == keyID }) else { return }
        body(&authorities[index])
    }
}

extension AuthorityState {
    var isPublished: Bool { self == .prepared || self == .active || self == .old }

    var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
