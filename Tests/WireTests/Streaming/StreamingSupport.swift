import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded

@testable import Wire

extension EmbeddedChannel {
    func setWritable(_ isWritable: Bool) {
        self.isWritable = isWritable
        pipeline.fireChannelWritabilityChanged()
    }

    /// The payload of the chunks that went out, which must be all that went out.
    func chunks() throws -> String {
        var bytes = try outboundBytes()
        // The decoder of requests, which wants a last chunk.
        bytes.writeString("0\r\n\r\n")
        var decoder = ChunkedBody()
        guard decoder.decode(&bytes, bytesMax: .max) == .complete else { return "no chunks" }
        return String(buffer: decoder.body)
    }
}

extension OutgoingBody {
    /// What became of it; it has to be over.
    func outcome() throws -> BodyOutcome { try whenOver.wait() }
}

extension EventLoopFuture where Value == Void {
    /// Whether it has succeeded already.
    var isDone: Bool {
        let isDone = NIOLockedValueBox(false)
        whenSuccess { isDone.withLockedValue { $0 = true } }
        return isDone.withLockedValue { $0 }
    }
}
