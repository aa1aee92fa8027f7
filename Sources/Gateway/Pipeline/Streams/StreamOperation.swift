package import Audit
package import NIOCore
package import Policy
package import Wire

/// An operation whose success goes on: a list too long for one answer, an export, events.
///
/// INVARIANT: permit and receipt are used up by `act`, which opens the source and reads nothing after a wait. A source gives
/// what it took along then, or says that something has changed; whatever else it wants to read later is an operation of
/// its own (`LaneTable.perform`), with its own decision, by the policy then in force, and its own record. While the
/// stream is open its asker is judged again, for this operation, and the stream ends when it is no longer allowed.
package protocol StreamOperation: GatewayOperation where Success: ItemSource {
    /// Whether the answer has an end of its own; a bounded one that is cut short never looks complete.
    static var kind: BodyKind { get }

    /// Opens the source.
    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem>
}

extension StreamOperation {
    package static var kind: BodyKind { .bounded }
}

/// Where the items of a stream come from; asked in the task of its call, when the client has taken what it gave before.
package protocol ItemSource: Sendable {
    associatedtype Item: Sendable

    /// Gives the items at hand, waits if there are none, and returns nil at the end.
    ///
    /// The task is cancelled when the stream is over; a source that does not heed that keeps its place in the slow lane.
    /// - Throws: When there should be more and can't be; the answer is broken off.
    mutating func next() async throws -> [Item]?
}

/// How a facade writes the items of a stream.
package struct ItemEncoder<Item>: Sendable {
    package let contentType: StaticString
    /// What stands before the first item and behind the last.
    let opening: [UInt8]
    let closing: [UInt8]
    let write: @Sendable (_ item: Item, _ isFirst: Bool, _ out: inout ByteBuffer) -> Void

    package init(
        _ contentType: StaticString, opening: [UInt8] = [], closing: [UInt8] = [],
        write: @escaping @Sendable (_ item: Item, _ isFirst: Bool, _ out: inout ByteBuffer) -> Void
    ) {
        self.contentType = contentType
        self.opening = opening
        self.closing = closing
        self.write = write
    }
}
