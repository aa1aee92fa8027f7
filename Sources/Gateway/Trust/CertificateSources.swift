internal import PKI

/// Which certificates of ours somebody has to see to: those that sign or are to sign, the gateway's own, and operators'; and lists that are made elsewhere.
///
/// Old authorities end by themselves, and services renew their own.
struct CertificateSources {
    let store: TrustDomainStore
    let renewal: IdentityRenewal

    /// Has them told of, also to whoever asks whether we are ready.
    func add(
        to lives: CertificateLives, _ readiness: Readiness, clock: @escaping @Sendable () -> Int64
    ) {
        readiness.addNote { lives.note(at: clock()) }
        let (store, renewal) = (store, renewal)
        lives.add { _ in
            store.authorities.ledger.authorities
                .filter { $0.stage == .active || $0.stage == .prepared }
                .map { authority in
                    CertificateLife(
                        kind: authority.kind == .root ? .root : .intermediate,
                        name: authority.keyID, beginNanoseconds: authority.notBeforeNanoseconds,
                        endNanoseconds: authority.notAfterNanoseconds)
                }
        }
        lives.add { _ in
            store.authorities.installedLists.map { list in
                CertificateLife(
                    kind: .crl, name: list.authority,
                    beginNanoseconds: list.thisUpdateSeconds * 1_000_000_000,
                    endNanoseconds: list.nextUpdateSeconds * 1_000_000_000)
            }
        }
        lives.add { _ in renewal.lives }
        lives.add { now in
            store.trust.operators(nowNanoseconds: now).map { held in
                CertificateLife(
                    kind: .operator, name: held.name, beginNanoseconds: held.issuedNanoseconds,
                    endNanoseconds: held.endNanoseconds)
            }
        }
    }
}
