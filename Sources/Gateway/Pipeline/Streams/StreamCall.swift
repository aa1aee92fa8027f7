internal import Audit
internal import Auth
internal import NIOConcurrencyHelpers
internal import Policy
internal import Wire

/// A call whose answer is a stream; it says with what its client asked, so that this can be judged again.
protocol StreamCall: SlowCall {
    var proof: (any StreamProof)? { get set }
}

/// A streaming operation and the encoder of the facade that it came by.
final class BoundStreamCall<Op: StreamOperation>: StreamCall, BoundCall {
    let operation: Op
    private let encoder: ItemEncoder<Op.Success.Item>
    private let box = NIOLockedValueBox<(any StreamProof)?>(nil)

    init(_ operation: Op, encode encoder: ItemEncoder<Op.Success.Item>) {
        self.operation = operation
        self.encoder = encoder
    }

    var proof: (any StreamProof)? {
        get { box.withLockedValue { $0 } }
        set { box.withLockedValue { $0 = newValue } }
    }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services,
        as run: SlowRun
    ) async -> Settled {
        let source: Op.Success
        switch await operation.act(permit: permit, receipt: receipt, in: services) {
        case .success(let opened): source = opened
        case .failure(let problem): return .performed(Performed(problem))
        }
        switch await run.beginStream(encoder.contentType, Op.kind, proof) {
        case .refused(let problem): return .performed(Performed(problem))
        case .clientGone: return .streamed(StreamEnd.clientGone.report(bytes: 0, items: 0))
        case .open(let stream): return .streamed(await stream.send(source, as: encoder))
        }
    }
}
