internal import Audit
internal import Auth
internal import NIOConcurrencyHelpers
internal import Policy
internal import Wire

/// Judges again the credential that a stream was asked with.
protocol StreamProof: Sendable {
    /// Why the credential is this principal's no longer; nil as long as it is.
    func refusal(of principal: Principal, nowNanoseconds: Int64) -> String?
    /// Whether it is the credential that is meant.
    func isShown(_ owner: LiveOwner) -> Bool
}

/// A streamed answer under way: its writer, and who asked for what.
final class OpenStream: Sendable {
    private struct State {
        var standing: Standing
        var cut: StreamEnd?
    }

    let writer: BodyWriter
    private let asked: any Asked
    private let address: IPAddress?
    private let proof: (any StreamProof)?
    private let endsAtNanoseconds: Int64
    private let state: NIOLockedValueBox<State>

    init(
        _ writer: BodyWriter, _ asked: any Asked, by asker: Asker, _ proof: (any StreamProof)?,
        endsAtNanoseconds: Int64
    ) {
        self.writer = writer
        self.asked = asked
        self.proof = proof
        self.endsAtNanoseconds = endsAtNanoseconds
        address = asker.address
        state = NIOLockedValueBox(State(standing: asker.standing))
    }

    /// Decides the operation once more, for the same principal by the policy in force, and ends the stream if it is refused.
    ///
    /// Resolving the principal under a new policy may take milliseconds, so this is not for an event loop.
    func judge(
        under active: ActivePolicy, nowNanoseconds now: Int64, elapsedNanoseconds: Int64
    ) {
        let isOver = elapsedNanoseconds >= endsAtNanoseconds
        guard let end = isOver ? .timeUp : end(under: active, now) else { return }
        state.withLockedValue { $0.cut = $0.cut ?? end }
        writer.end(.cut)
    }

    /// Whether the stream is a principal's or was asked with a credential.
    func isOf(_ owner: LiveOwner) -> Bool {
        let standing = state.withLockedValue { $0.standing }
        return LiveOwner(standing.subject.principal) == owner || proof?.isShown(owner) == true
            || standing.terms?.liveName.map(LiveOwner.init(named:)) == owner
    }

    /// Whose it is.
    var principal: Principal { state.withLockedValue { $0.standing.subject.principal } }

    /// Ends the stream, since its asker may go on no longer.
    func end(because reason: String) {
        state.withLockedValue { $0.cut = $0.cut ?? .credential(reason) }
        writer.end(.cut)
    }

    private func end(under active: ActivePolicy, _ now: Int64) -> StreamEnd? {
        var standing = state.withLockedValue { $0.standing }
        let principal = standing.subject.principal
        if let refusal = proof?.refusal(of: principal, nowNanoseconds: now) {
            return .credential(refusal)
        }
        if standing.active !== active {
            standing = standing.renewed(under: active)
            state.withLockedValue { [standing] in $0.standing = standing }
        }
        let decision = active.policy.decide(
            standing.subject, Operation(action: asked.action, resource: asked.resource),
            Context(nowNanoseconds: now, sourceIP: address))
        switch consume decision {
        case .allow: return nil
        case .deny(let refusal):
            return .policy(Problem.refused(refusal, principal: principal).detail)
        }
    }

    /// What the end of the body means.
    func end(_ end: BodyEnd, failure: String?) -> StreamEnd {
        switch end {
        case .finished: .complete
        case .failed: .failed(failure ?? "its source could not go on")
        case .overflow: .failed("its source did not wait")
        case .cut: state.withLockedValue { $0.cut } ?? .failed("cut")
        case .draining: .drained
        case .expired: .credential("the certificate has expired")
        case .stalled: .stalled
        case .peerGone: .clientGone
        }
    }
}
