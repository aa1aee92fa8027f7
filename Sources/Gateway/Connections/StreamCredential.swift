internal import Auth
internal import NIOConcurrencyHelpers
internal import PKI
internal import Policy
internal import Wire

/// The credential that a stream was asked with, judged again once it may have lost its worth.
///
/// It is kept no longer than its stream.
final class StreamCredential: StreamProof {
    private let credential: Credential
    private let front: Front
    private let place: CredentialPlace
    /// Until when, and until which generation, the last judgement holds.
    private let known = NIOLockedValueBox<(generation: UInt64, until: Int64)?>(nil)

    init(_ credential: Credential, _ front: Front, at place: CredentialPlace) {
        self.credential = credential
        self.front = front
        self.place = place
    }

    func isShown(_ owner: LiveOwner) -> Bool {
        if case .certificate(let peer) = credential, LiveOwner.all(of: peer).contains(owner) {
            return true
        }
        return LiveOwner(credential) == owner
    }

    func refusal(of principal: Principal, nowNanoseconds now: Int64) -> String? {
        let generation = front.generation
        if let known = known.withLockedValue({ $0 }), known.generation == generation,
            now < known.until
        {
            return nil
        }
        switch front.authenticate(credential, nowNanoseconds: now) {
        case .principal(let found, let until, let conditions, let terms, _):
            guard found == principal else { return "the credential is another's now" }
            if let refusal = terms?.refusal(at: place) { return refusal.reason }
            guard now < until else { return "the credential has expired" }
            if let refusal = conditions.refusal(of: place.peer) { return refusal.reason }
            known.withLockedValue { $0 = (generation, until) }
            return nil
        case .refused(let refusal): return refusal.reason
        case .notMine: return AuthRefusal.notAccepted(credential.kind).reason
        }
    }
}

extension ClientConnection {
    /// Gives a call that wants it what it was asked with: the request's own credential, else the connection's certificate.
    @inline(never)
    func prove(_ call: any SlowCall, _ request: Request) {
        let peer = connection?.tls?.peer as? VerifiedPeer
        switch call {
        case let call as any StreamCall:
            let place = CredentialPlace(address: clientAddress, peer: peer)
            call.proof = credential(of: request, peer).map {
                StreamCredential($0, front, at: place)
            }
        case let call as any ShownCall: call.show(credential(of: request, peer), on: peer)
        default: break
        }
    }

    private func credential(of request: Request, _ peer: VerifiedPeer?) -> Credential? {
        if case .success(.some(let own)) = RequestCredential.find(in: request) { return own }
        return peer.map { .certificate($0) }
    }
}

extension ClientConnection {
    /// The client certificate, for rows that read it.
    var shown: ShownCertificate? {
        (connection?.tls?.peer as? VerifiedPeer).map(ShownCertificate.init)
    }
}

extension ClientConnection: StreamTarget {
    func begin(
        _ contentType: StaticString, _ kind: BodyKind, _ receipt: ReceiptText, to reply: Reply
    ) -> BodyWriter? {
        noteAnswered(reply)
        var head = Response(status: 200, contentType: contentType)
        head.audit = receipt.text
        head.requestID = ShortText(reply.asker.request)
        head.fields.append(.init("cache-control", "no-store"))
        addQuota(to: &head, of: reply)
        return connection?.respond(head, on: StreamID(reply.token), streaming: kind)
    }
}
