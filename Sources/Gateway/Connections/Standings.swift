internal import Audit
internal import Auth
internal import Crypto
internal import PKI
internal import Policy
internal import Wire

/// Who the requests of one connection come from: the peer itself, or whose token they carry.
///
/// A record's fragment about who asks is made once a principal, policy and `user-agent`. The last token's is kept here; what
/// other tokens proved is in the memory, so that one that comes again is not judged again.
final class Standings {
    private let front: Front
    private let memory: CredentialMemory
    private let core: GatewayCore
    /// The connection's own principal, or why its certificate makes none.
    private var peer: KnownCredential
    private var peerRefusal: AuthRefusal?
    /// What the connection shows to credentials that are bound to it.
    private var shown: VerifiedPeer?
    /// When the connection's certificate ends; nothing it carries is taken after that.
    private var endNanoseconds = Int64.max
    /// When it really ends, while it is being revoked and so nothing is taken.
    private var suspendedEnd: Int64?
    private lazy var nobody = KnownCredential(memory.nobody)
    private var token: (digest: SHA256Digest, known: KnownCredential)?

    init(_ front: Front, _ memory: CredentialMemory, _ core: GatewayCore) {
        self.front = front
        self.memory = memory
        self.core = core
        peer = KnownCredential(memory.nobody)
    }

    /// Takes the connection's certificate; what it proves holds as long as the connection.
    ///
    /// - Returns: What the connection belongs to by it.
    func show(_ peer: VerifiedPeer, nowNanoseconds now: Int64) -> [LiveOwner] {
        endNanoseconds = peer.notAfterNanoseconds
        shown = peer
        let generation = front.generation
        if let (proof, owners) = memory.certificates.known(peer, generation, now),
            core.rates.meters(of: proof.principal, at: now) === proof.rate
        {
            self.peer = KnownCredential(proof)
            return owners
        }
        let owners = [LiveOwner(.certificate(peer))] + LiveOwner.all(of: peer)
        switch judge(.certificate(peer), now) {
        case .success(let proof):
            self.peer = KnownCredential(proof)
            memory.certificates.keep(proof, owners, of: peer)
        case .failure(let refusal): peerRefusal = refusal
        }
        return owners
    }

    /// Whether nothing is taken, since the certificate is being revoked; a request pays nothing for it.
    var isSuspended: Bool {
        get { suspendedEnd != nil }
        set {
            guard newValue != isSuspended else { return }
            let end = suspendedEnd ?? endNanoseconds
            suspendedEnd = newValue ? end : nil
            endNanoseconds = newValue ? .min : end
        }
    }

    private var endRefusal: AuthRefusal {
        isSuspended ? .certificateRevoked : .certificateExpired
    }

    /// How much the connection's own principal may ask.
    var peerRate: RateMeters? { peer.proof.rate }

    /// The connection's own principal; nil where its certificate makes none.
    var peerPrincipal: Principal? { peerRefusal == nil ? peer.proof.principal : nil }

    /// The request's credential that a standing comes from; nil where it is the connection's own.
    func digest(of standing: Standing) -> SHA256Digest? {
        token.flatMap { $0.known.last === standing ? $0.digest : nil }
    }

    /// The same of a request whose row is known: what speaks for it may stand in its body.
    @inline(__always)
    func standing(
        of request: Request, as route: Route, _ client: ClientFacts,
        _ active: ActivePolicy, nowNanoseconds now: Int64
    ) -> Result<Standing, AuthRefusal> {
        if route.isSignOn {
            guard now < endNanoseconds else { return .failure(endRefusal) }
            return peerStanding(client, active)
        }
        if route.bringsCredential, let credential = RequestCredential.inForm(of: request) {
            return standing(bringing: credential, in: request, client, active, nowNanoseconds: now)
        }
        return standing(of: request, client, active, nowNanoseconds: now)
    }

    /// The request's standing, or why its credential is no good.
    @inline(__always)
    func standing(
        of request: Request, _ client: ClientFacts, _ active: ActivePolicy,
        nowNanoseconds: Int64
    ) -> Result<Standing, AuthRefusal> {
        guard nowNanoseconds < endNanoseconds else { return .failure(endRefusal) }
        if RequestCredential.mayBe(in: request) {
            return ownStanding(request, client, active, nowNanoseconds)
        }
        return peerStanding(client, active)
    }

    /// How records name whoever can't be known.
    func nobody(_ client: ClientFacts, _ active: ActivePolicy) -> Standing {
        nobody.standing(client, active)
    }

    /// How records name the peer where a request could not even be read.
    func peerOrNobody(
        _ client: ClientFacts, _ active: ActivePolicy
    ) -> Standing {
        peerRefusal == nil ? peer.standing(client, active) : nobody(client, active)
    }

    @inline(__always)
    private func peerStanding(
        _ client: ClientFacts, _ active: ActivePolicy
    ) -> Result<Standing, AuthRefusal> {
        if let peerRefusal { return .failure(peerRefusal) }
        return Self.unlocked(peer.standing(client, active), isCertificate: true)
    }

    /// A standing that may go on; or the lock that is on it, which goes before all else.
    @inline(__always)
    private static func unlocked(
        _ standing: Standing, isCertificate: Bool
    ) -> Result<Standing, AuthRefusal> {
        guard let lock = standing.subject.lock else { return .success(standing) }
        return .failure(.locked(by: lock, isCertificate: isCertificate))
    }

    private func ownStanding(
        _ request: Request, _ client: ClientFacts, _ active: ActivePolicy, _ now: Int64
    ) -> Result<Standing, AuthRefusal> {
        let quick = RequestCredential.digestOfOne(in: request)
        if let quick, let standing = lastStanding(quick, client, active, now) {
            return .success(standing)
        }
        switch RequestCredential.find(in: request) {
        case .success(nil): return peerStanding(client, active)
        case .failure(let refusal): return .failure(refusal)
        case .success(.some(let credential)):
            let digest = quick ?? credential.digest
            if quick == nil, let standing = lastStanding(digest, client, active, now) {
                return .success(standing)
            }
            return standing(by: credential, digest, client, active, now)
        }
    }

    /// The standing of a credential that the request brings in its body; in such a request no other may stand beside it.
    @inline(never)
    private func standing(
        bringing credential: Credential, in request: Request, _ client: ClientFacts,
        _ active: ActivePolicy, nowNanoseconds now: Int64
    ) -> Result<Standing, AuthRefusal> {
        guard now < endNanoseconds else { return .failure(endRefusal) }
        switch RequestCredential.find(in: request) {
        case .success(nil): return standing(by: credential, credential.digest, client, active, now)
        case .success(.some): return .failure(.several)
        case .failure(let refusal): return .failure(refusal)
        }
    }

    private func standing(
        by credential: Credential, _ digest: SHA256Digest, _ client: ClientFacts,
        _ active: ActivePolicy, _ now: Int64
    ) -> Result<Standing, AuthRefusal> {
        token = nil
        let remembered = memory.proof(of: digest, front.generation, now)
        switch remembered.map({ .success($0) }) ?? proof(of: credential, digest, client, now) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let proof):
            if let refusal = refusal(of: proof, client, active) {
                guard remembered != nil else { return .failure(refusal) }
                // Judged again for nothing: in less time than a wrong one takes, it would show that it is right.
                return .failure(proofAnew(of: credential, client, now) ?? refusal)
            }
            let known = KnownCredential(proof)
            let standing = known.standing(client, active)
            token = (digest, known)
            return .success(standing)
        }
    }

    /// Why a credential that is right may not be used here and now.
    private func refusal(
        of proof: CredentialMemory.Proof, _ client: ClientFacts, _ active: ActivePolicy
    ) -> AuthRefusal? {
        // Once a connection: what it shows stays the same, but for what a proxy forwards.
        if let refusal = proof.conditions.refusal(of: shown) { return refusal }
        let place = CredentialPlace(address: client.address, peer: shown)
        if let refusal = proof.terms?.refusal(at: place) { return refusal }
        return proof.subject(under: active).lock.map { .locked(by: $0, isCertificate: false) }
    }

    /// The standing of the token that came last, if it comes again, still holds and is not locked.
    @inline(__always)
    private func lastStanding(
        _ digest: SHA256Digest, _ client: ClientFacts, _ active: ActivePolicy,
        _ now: Int64
    ) -> Standing? {
        guard let token, token.digest == digest, token.known.proof.isGood(front.generation, now),
            !client.isOfAProxy || token.known.proof.terms == nil
        else { return nil }
        let standing = token.known.standing(client, active)
        return standing.subject.lock == nil ? standing : nil
    }

    private func proof(
        of credential: Credential, _ digest: SHA256Digest, _ client: ClientFacts,
        _ now: Int64
    ) -> Result<CredentialMemory.Proof, AuthRefusal> {
        // Whoever comes from where too many bad ones came from waits: none is looked at, so none costs a verification.
        if client.rate?.isUsedUp(at: now) == true { return .failure(.notJudged) }
        let judged = judge(credential, now)
        if case .success(let proof) = judged { memory.keep(proof, of: digest) }
        return judged
    }

    /// Why a credential that was good before would not even be judged, or is good no more.
    private func proofAnew(
        of credential: Credential, _ client: ClientFacts, _ now: Int64
    ) -> AuthRefusal? {
        if client.rate?.isUsedUp(at: now) == true { return .notJudged }
        guard case .refused(let refusal) = front.authenticate(credential, nowNanoseconds: now)
        else { return nil }
        return refusal
    }

    private func judge(
        _ credential: Credential, _ now: Int64
    ) -> Result<CredentialMemory.Proof, AuthRefusal> {
        // Read before judging: what changes meanwhile must count as a change.
        let generation = front.generation
        switch front.authenticate(credential, nowNanoseconds: now) {
        case .principal(let principal, let until, let conditions, let terms, var evidence):
            evidence?.endsNanoseconds = until
            guard let seal = core.services.people.seal(of: principal) else {
                return .failure(.unrecordable)
            }
            return .success(
                CredentialMemory.Proof(
                    principal: principal, validUntilNanoseconds: until, generation: generation,
                    seal: seal, rate: core.rates.meters(of: principal, at: now),
                    conditions: conditions, terms: terms, evidence: evidence))
        case .refused(let refusal): return .failure(refusal)
        case .notMine: return .failure(.notAccepted(credential.kind))
        }
    }
}
