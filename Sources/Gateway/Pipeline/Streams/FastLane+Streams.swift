internal import NIOCore
internal import Wire

/// Who can be answered with a stream.
protocol StreamTarget: ReplyTarget {
    /// Streams that it has open.
    var streams: Int { get set }
    /// Begins the answer; nil if the request is gone.
    func begin(
        _ contentType: StaticString, _ kind: BodyKind, _ receipt: ReceiptText, to reply: Reply
    ) -> BodyWriter?
}

/// Whether an answer began.
enum StreamBeginning: Sendable {
    case open(OpenStream)
    case refused(Problem)
    case clientGone
}

extension SlowRun {
    /// Begins the answer, on the event loop of the client.
    func beginStream(
        _ contentType: StaticString, _ kind: BodyKind, _ proof: (any StreamProof)?
    ) async -> StreamBeginning {
        let home = job.home
        let begun = home.eventLoop.submit {
            home.value.lane.beginStream(contentType, kind, proof, of: self)
        }
        return (try? await begun.get()) ?? .clientGone
    }
}

/// The event loop's side of streamed answers.
extension FastLane {
    func beginStream(
        _ contentType: StaticString, _ kind: BodyKind, _ proof: (any StreamProof)?,
        of run: SlowRun
    ) -> StreamBeginning {
        let reply = run.job.home.value.reply
        guard let target = reply.target as? any StreamTarget else { return .refused(.noStream) }
        if let interruption = run.interruption { return .refused(interruption.problem) }
        guard core.streams.reserve(besides: target.streams) else {
            return .refused(.tooManyStreams)
        }
        guard run.claimAnswer(),
            let writer = target.begin(
                contentType, kind, run.recorded?.text ?? ReceiptText(), to: reply)
        else {
            core.streams.release()
            return .clientGone
        }
        target.streams += 1
        let stream = OpenStream(
            writer, run.job.call, by: run.job.asker, proof,
            endsAtNanoseconds: core.streams.endNanoseconds)
        core.streams.enter(stream)
        run.stream = stream
        // Only now may bytes go out: whoever reads them has a stream that is known, and judged.
        target.flush()
        return .open(stream)
    }

    /// A streamed answer is over.
    func endStream(of run: SlowRun) {
        guard let stream = run.stream else { return }
        core.streams.leave(stream)
        (run.job.home.value.reply.target as? any StreamTarget)?.streams -= 1
    }
}

extension Problem {
    /// There are as many streams as may be, in all or on the connection.
    fileprivate static let tooManyStreams = Problem(
        status: 503, code: "overloaded", title: "overloaded",
        detail: "too many streamed answers are under way", retryAfterSeconds: 1)

    fileprivate static let noStream = Problem.internalError("this caller takes no stream")
}
