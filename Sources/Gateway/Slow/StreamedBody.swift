internal import Wire

/// A body that is produced while it is sent; stands in for an answer's own body.
///
/// Its outcome record says how many bytes went out and why it ended.
struct StreamedBody: Sendable {
    /// True for endless answers, as events: they are completed when the connection is to end.
    let endsOnDrain: Bool
    /// Writes the body.
    ///
    /// Its task is cancelled once the answer is over. A throw breaks the answer off.
    let produce: @Sendable (StreamedBodyWriter) async throws -> Void

    init(
        endsOnDrain: Bool, produce: @escaping @Sendable (StreamedBodyWriter) async throws -> Void
    ) {
        self.endsOnDrain = endsOnDrain
        self.produce = produce
    }

    /// Runs the producer until the body is complete or the answer is over, and says how much was written.
    func run(_ writer: StreamedBodyWriter) async -> BodyEnd {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await produce(writer)
                    writer.base.finish()
                } catch {
                    writer.base.fail()
                }
            }
            let end = await writer.base.ended()
            group.cancelAll()
            return end
        }
    }
}
