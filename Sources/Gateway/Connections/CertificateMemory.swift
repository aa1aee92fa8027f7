internal import DequeModule
internal import PKI
internal import Policy

/// Who certificates were found to be lately: services come again and again with the same one.
///
/// This spares no connection the verification of its certificate, only what follows from what was verified. Confined to an event loop.
final class CertificateMemory {
    private struct Known {
        let peer: VerifiedPeer
        let proof: CredentialMemory.Proof
        let owners: [LiveOwner]
    }

    private let countMax: Int
    private var known: [[UInt8]: Known] = [:]
    private var oldestFirst = Deque<[UInt8]>()

    init(countMax: Int = ConnectionLimits.certificatesKeptMax) {
        self.countMax = countMax
    }

    /// What a certificate proved and what belongs to it, where all that was verified is the same and nothing has changed since.
    func known(
        _ peer: VerifiedPeer, _ generation: UInt64, _ now: Int64
    ) -> (proof: CredentialMemory.Proof, owners: [LiveOwner])? {
        guard let found = known[peer.certificateSHA256], found.peer == peer,
            found.proof.isGood(generation, now)
        else { return nil }
        return (found.proof, found.owners)
    }

    /// Keeps what the certificate of a service proved; how records hide people may change.
    func keep(_ proof: CredentialMemory.Proof, _ owners: [LiveOwner], of peer: VerifiedPeer) {
        guard proof.principal.kind == Principal.Kind.service else { return }
        let key = peer.certificateSHA256
        let made = Known(peer: peer, proof: proof, owners: owners)
        guard known.updateValue(made, forKey: key) == nil else { return }
        oldestFirst.append(key)
        if oldestFirst.count > countMax, let oldest = oldestFirst.popFirst() {
            known[oldest] = nil
        }
    }
}
