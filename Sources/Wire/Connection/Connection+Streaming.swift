import NIOCore

/// Answers whose body comes bit by bit.
extension Connection {
    /// Begins an answer whose body is written while it is sent; the response's own body is not used.
    ///
    /// - Parameters:
    ///   - head: The status and fields.
    ///   - stream: The request.
    ///   - kind: Whether the answer has an end of its own; says what becomes of it when the connection drains.
    /// - Returns: The writer; nil if the request is gone or answered already. To a HEAD request, and with a status that has
    ///   no body, the answer is over at once.
    public func respond(
        _ head: borrowing Response, on stream: StreamID, streaming kind: BodyKind
    ) -> BodyWriter? {
        guard let loop = eventLoop, let carrier else { return nil }
        let body = OutgoingBody(carrier, stream: stream, kind: kind, limits: limits, loop: loop)
        guard carrier.begin(head, body) else { return nil }
        if isDraining, kind == .endless { body.close(.draining) }
        return BodyWriter(body, loop: loop)
    }

    /// Ends the streamed answers that have no end of their own.
    func endEndlessBodies(_ reason: BodyEnd) {
        guard let bodies = carrier?.bodies else { return }
        for body in bodies where body.kind == .endless { body.close(reason) }
    }

    /// Closes at once; what is being streamed is broken off.
    func abort(_ reason: BodyEnd) {
        if let bodies = carrier?.bodies {
            for body in bodies { body.settle(reason) }
        }
        abort()
    }
}

/// A peer that takes nothing.
extension Connection {
    /// Looks at a channel that takes no more four times in `Limits.writeNanoseconds`: a peer that takes a little now and then
    /// is only slow.
    func watchStall() { watchStall(heldBytes, looks: 4) }

    private func watchStall(_ held: Int, looks: Int64) {
        guard let context else { return }
        let pause = TimeAmount.nanoseconds(limits.writeNanoseconds / 4)
        stall = context.eventLoop.assumeIsolated().scheduleTask(in: pause) { [weak self] in
            guard let self, !isClosing else { return }
            let left = heldBytes
            if left < held {
                watchStall(left, looks: 4)
            } else if looks > 1 {
                watchStall(left, looks: looks - 1)
            } else {
                abort(.stalled)
            }
        }
    }

    /// Bytes that the kernel has not taken yet.
    private var heldBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
