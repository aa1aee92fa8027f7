internal import NIOConcurrencyHelpers
public import PKI
internal import Policy

extension CertificateRevocations {
    /// What is in force, with the time and the reason of each, for those who are told of it.
    public var notices: RevocationNotices {
        var notices = RevocationNotices()
        for known in state.withLockedValue({ $0.list }) {
            let notice = RevocationNotices.Notice(
                seconds: known.atSeconds,
                reason: RevocationReason(stating: known.revocation.reason))
            switch known.revocation.reach {
            case .certificate(let serial, let authority):
                notices.add(serial: serial, issuerKeyID: authority, notice)
            case .identity(let id, let blocksIssuance):
                notices.add(
                    identity: Self.name(of: id), blocksIssuance: blocksIssuance, notice)
            case .authority(let keyID): notices.add(authority: keyID, notice)
            }
        }
        return notices
    }

    private static func name(of id: SPIFFEID) -> String { id.description }
}
