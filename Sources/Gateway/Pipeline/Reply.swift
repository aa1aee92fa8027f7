internal import Audit

/// Who waits for an answer: an HTTP connection, a TLS handshake, a DNS socket.
///
/// Called on its event loop. One object serves many requests; `token` tells them apart, so an answer costs no allocation.
protocol ReplyTarget: AnyObject {
    /// Whether anybody is still there.
    var isActive: Bool { get }
    /// Whether what it has asked may still be allowed: not once its certificate is being revoked.
    var mayBeAllowed: Bool { get }
    /// What a certificate that it shows belongs to.
    var certificateOwners: [LiveOwner] { get }
    /// Queues an answer, for `flush` to send.
    func answer(_ answer: Answer, _ receipt: ReceiptText, to reply: Reply)
    /// Sends all queued answers, in one write.
    func flush()
    /// The renewals of an instance's lease that came from it; nil where it keeps nothing of them.
    func series(of instance: InstanceName) -> RecordSeries?
    /// A call has gone to the slow lane; interrupt it if nobody waits for it any more.
    func started(_ run: SlowRun, for reply: Reply)
}

extension ReplyTarget {
    /// It may, while anybody is there.
    var mayBeAllowed: Bool { isActive }
    /// It shows none.
    var certificateOwners: [LiveOwner] { [] }
    /// It keeps nothing.
    func series(of instance: InstanceName) -> RecordSeries? { nil }
    /// Does nothing: the answer is awaited, come what may.
    func started(_ run: SlowRun, for reply: Reply) {}
}

/// How a facade writes what went wrong; `sequence` is the audit record's number.
///
/// A struct, since an optional closure is one more object each time that it is unwrapped.
package struct ProblemEncoder: Sendable {
    private let encode: @Sendable (Problem, UInt64?) -> Answer

    package init(_ encode: @escaping @Sendable (Problem, _ sequence: UInt64?) -> Answer) {
        self.encode = encode
    }

    package func callAsFunction(_ problem: Problem, _ sequence: UInt64?) -> Answer {
        encode(problem, sequence)
    }
}

/// Where one answer goes, and in whose shape if it is a problem.
struct Reply {
    let target: any ReplyTarget
    /// Which of the target's requests: a stream of HTTP/2, a place in HTTP/1.1's order, a DNS id.
    let token: Int32
    /// Who asked, for the outcome record of a change.
    let asker: RequestAsker
    let problems: ProblemEncoder
}
