internal import NIOConcurrencyHelpers
internal import NIOCore
internal import Wire

extension OpenStream {
    /// Writes all items of a source, each when the client has taken those before, until the stream is over.
    ///
    /// - Returns: What the closing record says.
    func send<Source: ItemSource>(
        _ source: Source, as encoder: ItemEncoder<Source.Item>
    ) async -> OutcomeReport {
        let items = NIOLockedValueBox(0)
        let failure = NIOLockedValueBox<String?>(nil)
        let outcome = await withTaskGroup(of: Void.self) { [writer] group in
            group.addTask {
                do {
                    try await Self.write(source, encoder, to: writer, items)
                    writer.end(.finished)
                } catch is BodyEnd {
                    // It is over already.
                } catch {
                    // A source that is cancelled has not failed.
                    guard !Task.isCancelled else { return writer.end(.draining) }
                    failure.withLockedValue { $0 = Self.text(of: error) }
                    writer.end(.failed)
                }
            }
            let outcome = await writer.over()
            group.cancelAll()
            return outcome
        }
        return end(outcome.end, failure: failure.withLockedValue { $0 })
            .report(bytes: outcome.bytes, items: items.withLockedValue { $0 })
    }

    private static func write<Source: ItemSource>(
        _ source: Source, _ encoder: ItemEncoder<Source.Item>, to writer: BodyWriter,
        _ items: NIOLockedValueBox<Int>
    ) async throws {
        var source = source
        var isFirst = true
        var out = ByteBuffer(bytes: encoder.opening)
        while let page = try await source.next() {
            for item in page {
                encoder.write(item, isFirst, &out)
                isFirst = false
                items.withLockedValue { $0 += 1 }
                if out.readableBytes >= PipelineLimits.streamWriteBytes {
                    try await writer.write(out)
                    out.clear()
                }
            }
            try await writer.write(out)
            out.clear()
        }
        // What a cancelled source calls its end is none.
        try Task.checkCancellation()
        out.writeBytes(encoder.closing)
        try await writer.write(out)
    }

    private static func text(of error: any Error) -> String {
        guard let problem = error as? Problem else {
            return "its source failed: \(type(of: error))"
        }
        return "\(problem.code): \(problem.detail)"
    }
}
