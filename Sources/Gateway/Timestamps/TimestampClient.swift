internal import Auth
internal import NIOCore
internal import NIOHTTP1
package import PKI

/// Asks a time-stamping authority over HTTP (RFC 3161 section 3.4).
package enum TimestampClient {
    /// Sends a request, and reads the answer, in a bounded time; nothing of it is believed yet.
    ///
    /// - Parameters:
    ///   - query: What is asked.
    ///   - url: Where: https, or http on this machine.
    ///   - authorities: The file of authorities that the server is checked against; nil for the system's.
    /// - Returns: The answer as it came.
    /// - Throws: A sentence that says why there is no answer.
    package static func ask(
        _ query: TimestampQuery, at url: String, authorities: String?
    ) async throws(TimestampFailure) -> [UInt8] {
        guard let address = KeyAddress(url, allowsLoopbackHTTP: true) else {
            throw TimestampFailure("that is no https address of a time-stamping authority")
        }
        let fetch = BoundedFetch(
            authorities: authorities, bytesMax: PKILimits.timestampBytesMax, time: .seconds(20))
        do throws(KeyReadingFault) {
            let answer = try await fetch.send(
                .POST, to: address, [("accept", "application/timestamp-reply")],
                body: .init(type: "application/timestamp-query", bytes: query.der))
            guard answer.status == 200 else {
                throw KeyReadingFault("\(url) answers \(answer.status), not 200")
            }
            return answer.body
        } catch {
            throw TimestampFailure(error.description)
        }
    }
}

/// Why a time-stamping authority gave no answer.
package struct TimestampFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
