import Crypto
import NIOConcurrencyHelpers

/// Says what became of certificates, out of what is revoked at the moment and of answers that were signed before.
///
/// An answer is signed once and given to all who ask, until half of its time is over or the certificate's fate is another.
public final class StatusBook: Sendable {
    private struct State {
        var view: RevocationView?
        /// By the hashes of name and key.
        var issuers: [IssuerHashes: String] = [:]
        var responders: [String: StatusResponder] = [:]
    }

    private struct IssuerHashes: Hashable {
        let name: [UInt8]
        let key: [UInt8]
    }

    private let state = NIOLockedValueBox(State())
    private let known = GenerationMemo<[UInt8], SignedStatus>(
        capacity: PKILimits.statusMemoEntries)
    /// Apart, so that whoever asks about what is not there drops no answer about what is.
    private let unknown = GenerationMemo<[UInt8], SignedStatus>(
        capacity: PKILimits.unknownStatusMemoEntries)

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - request: Which certificate is asked about.
    ///   - now: The wall clock.
    ///   - maySign: Asked before an answer is signed, with whether the certificate is one that we have issued.
    /// - Returns: The answer, or why there is none.
    public func answer(
        _ request: StatusRequest, nowNanoseconds now: Int64, maySign: (Bool) -> Bool
    ) -> Result<SignedStatus, StatusRefusal> {
        let hashes = IssuerHashes(name: request.issuerNameHash, key: request.issuerKeyHash)
        let found = state.withLockedValue { state in
            state.issuers[hashes].flatMap { authority in
                state.view.map { ($0, authority, state.responders[authority]) }
            }
        }
        guard request.algorithm != .other, let (view, authority, responder) = found else {
            return .failure(.unauthorized)
        }
        let fate = view.fate(of: request.serial, authority)
        let memo = fate == .notIssued ? unknown : known
        if let answer = memo[request.id], answer.fate == fate, Self.isYoung(answer, now) {
            return .success(answer)
        }
        guard let responder, maySign(fate != .notIssued) else { return .failure(.tryLater) }
        guard let answer = try? responder.answer(request.id, fate, nowNanoseconds: now) else {
            return .failure(.failed)
        }
        memo[request.id] = answer
        return .success(answer)
    }

    private static func isYoung(_ answer: SignedStatus, _ now: Int64) -> Bool {
        let age = now / PKILimits.nanosecondsPerSecond - answer.thisUpdateSeconds
        return age >= 0 && age < (answer.nextUpdateSeconds - answer.thisUpdateSeconds + 1) / 2
    }

    /// Answers by another state of things from now on.
    func use(_ view: RevocationView, issuers certificates: [ParsedCertificate]) {
        var issuers: [IssuerHashes: String] = [:]
        for certificate in certificates {
            let (name, key) = (certificate.header.subject, certificate.keyBits)
            issuers[
                IssuerHashes(
                    name: Array(Insecure.SHA1.hash(data: name)),
                    key: Array(Insecure.SHA1.hash(data: key)))] = certificate.ownKeyID
            issuers[
                IssuerHashes(
                    name: Array(SHA256.hash(data: name)), key: Array(SHA256.hash(data: key)))] =
                certificate.ownKeyID
        }
        state.withLockedValue { [issuers] state in
            state.view = view
            state.issuers = issuers
            let kept = Set(issuers.values)
            state.responders = state.responders.filter { kept.contains($0.key) }
        }
    }

    func use(_ responder: StatusResponder) {
        state.withLockedValue { $0.responders[responder.authority] = responder }
    }

    func responder(of authority: String) -> StatusResponder? {
        state.withLockedValue { $0.responders[authority] }
    }
}
