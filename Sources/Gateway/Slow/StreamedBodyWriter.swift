internal import Atomics
internal import NIOCore
internal import Wire

/// Writes a streamed body and counts its bytes.
struct StreamedBodyWriter: Sendable {
    let base: BodyWriter
    private let count = ManagedAtomic<Int>(0)

    init(_ base: BodyWriter) {
        self.base = base
    }

    /// Bytes that were handed on.
    var bytesWritten: Int { count.load(ordering: .relaxed) }

    /// Sends bytes and waits until there is room for more.
    ///
    /// - Throws: `BodyEnd` once the answer is over: stop producing.
    func write(_ bytes: ByteBuffer) async throws(BodyEnd) {
        try await base.write(bytes)
        count.wrappingIncrement(by: bytes.readableBytes, ordering: .relaxed)
    }

    /// Sends text and waits until there is room for more.
    func write(_ text: String) async throws(BodyEnd) {
        try await write(ByteBuffer(string: text))
    }
}
