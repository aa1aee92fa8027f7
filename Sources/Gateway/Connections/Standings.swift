internal import Audit
internal import Auth
internal import Crypto
internal import PKI
internal import Policy
internal import Wire

/// Who the requests of one connection come from: the peer itself, or whose token they carry.
///
/// Resolving a subject can take milliseconds under a large policy, so a client must not be able to ask for it at
/// will: a changed `user-agent` only writes the record's fragment anew, and the last token is remembered by its digest.
struct Standings {
    private let front: Front
    /// The connection's own principal, or why its certificate makes none.
    private var peer = Known(principal: .anonymous)
    private var peerRefusal: AuthRefusal?
    private var nobody = Known(principal: .anonymous)
    private var token: (digest: SHA256Digest, known: Known)?

    init(_ front: Front) {
        self.front = front
    }

    init(_ front: Front, certificate peer: VerifiedPeer, nowNanoseconds: Int64) {
        self.front = front
        switch judge(.certificate(peer), nowNanoseconds) {
        case .success(let known): self.peer = known
        case .failure(let refusal): peerRefusal = refusal
        }
    }

    /// The request's standing, or why its credential is no good.
    @inline(__always)
    mutating func standing(
        of request: Request, _ client: borrowing ClientFacts, _ active: ActivePolicy,
        nowNanoseconds: Int64
    ) -> Result<Standing, AuthRefusal> {
        if RequestCredential.mayBe(in: request) {
            return ownStanding(request, client, active, nowNanoseconds)
        }
        if let peerRefusal { return .failure(peerRefusal) }
        return .success(peer.standing(client, active))
    }

    /// How records name whoever can't be known.
    mutating func nobody(_ client: borrowing ClientFacts, _ active: ActivePolicy) -> Standing {
        nobody.standing(client, active)
    }

    /// How records name the peer where a request could not even be read.
    mutating func peerOrNobody(
        _ client: borrowing ClientFacts, _ active: ActivePolicy
    ) -> Standing {
        peerRefusal == nil ? peer.standing(client, active) : nobody(client, active)
    }

    private mutating func ownStanding(
        _ request: Request, _ client: borrowing ClientFacts, _ active: ActivePolicy, _ now: Int64
    ) -> Result<Standing, AuthRefusal> {
        let credential: Credential
        switch RequestCredential.find(in: request) {
        case .success(.some(let found)): credential = found
        case .success(nil):
            if let peerRefusal { return .failure(peerRefusal) }
            return .success(peer.standing(client, active))
        case .failure(let refusal): return .failure(refusal)
        }
        let digest = Self.digest(of: credential)
        if token?.digest == digest, token?.known.isGood(front.generation, now) == true,
            let standing = token?.known.standing(client, active)
        {
            return .success(standing)
        }
        token = nil
        switch judge(credential, now) {
        case .failure(let refusal): return .failure(refusal)
        case .success(var known):
            let standing = known.standing(client, active)
            token = (digest, known)
            return .success(standing)
        }
    }

    private func judge(_ credential: Credential, _ now: Int64) -> Result<Known, AuthRefusal> {
        let generation = front.generation
        switch front.authenticate(credential, nowNanoseconds: now) {
        case .principal(let principal, let until):
            return .success(
                Known(
                    principal: principal, validUntilNanoseconds: until, generation: generation))
        case .refused(let refusal): return .failure(refusal)
        case .notMine: return .failure(.notAccepted(credential.kind))
        }
    }

    private static func digest(of credential: Credential) -> SHA256Digest {
        var hasher = SHA256()
        hasher.update(data: Array(credential.kind.utf8))
        switch credential {
        case .bearer(let token), .apiKey(let token), .session(let token):
            hasher.update(data: token.bytes)
        case .certificate(let peer):
            hasher.update(data: Array(peer.serial.utf8))
        }
        return hasher.finalize()
    }
}

/// A principal that a credential proved, and its standing under the policy in force.
private struct Known {
    let principal: Principal
    var validUntilNanoseconds = Int64.max
    var generation: UInt64 = 0
    private var last: Standing?
    private var agentNumber = 0

    init(principal: Principal, validUntilNanoseconds: Int64 = .max, generation: UInt64 = 0) {
        self.principal = principal
        self.validUntilNanoseconds = validUntilNanoseconds
        self.generation = generation
    }

    func isGood(_ generation: UInt64, _ now: Int64) -> Bool {
        self.generation == generation && now < validUntilNanoseconds
    }

    /// Made anew when the policy or the client's agent changes.
    @inline(__always)
    mutating func standing(_ client: borrowing ClientFacts, _ active: ActivePolicy) -> Standing {
        if let last, last.active === active, agentNumber == client.agentNumber { return last }
        return resolve(client.fields, client.agentNumber, active)
    }

    private mutating func resolve(
        _ fields: ClientFields, _ number: Int, _ active: ActivePolicy
    ) -> Standing {
        let same = last.flatMap { $0.active === active ? $0.subject : nil }
        let made = Standing(active, same ?? active.subject(for: principal), fields)
        last = made
        agentNumber = number
        return made
    }
}
