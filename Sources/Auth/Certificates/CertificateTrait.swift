internal import NIOConcurrencyHelpers
public import Text

/// What certificates have in common that can be revoked together.
public enum CertificateTrait: Hashable, Sendable {
    /// The serial number, lower-case hexadecimal.
    case serial(String)
    /// The SPIFFE ID.
    case identity(ExactText)
    /// An authority above them, by its key identifier.
    case authority(String)
}

extension Session {
    /// Those of the certificate that it was opened with; none where it was opened with something else.
    var traits: [CertificateTrait] {
        guard proof.method == .certificate else { return [] }
        return (proof.serial.map { [.serial($0)] } ?? []) + [.identity(ExactText(holder.id))]
            + (proof.authorities ?? []).map { .authority($0) }
    }
}

/// Sessions are refused while the revocation of what they were opened with is being recorded, see decision 52.
extension CertificateRevocations {
    /// Has sessions that were opened with such certificates refused, until it is taken back; whoever judged one before has to judge it anew.
    public func suspend(_ trait: CertificateTrait) {
        state.withLockedValue { $0.suspended[trait, default: 0] += 1 }
        changed()
    }

    /// Takes one suspension back.
    public func resume(_ trait: CertificateTrait) {
        state.withLockedValue { state in
            guard let times = state.suspended[trait] else { return }
            state.suspended[trait] = times > 1 ? times - 1 : nil
        }
    }

    func isSuspended(_ session: Session) -> Bool {
        state.withLockedValue { state in
            !state.suspended.isEmpty && session.traits.contains { state.suspended[$0] != nil }
        }
    }
}
