internal import PKI
internal import StrictJSON
internal import Text

/// What is asked over the admin socket, `{"operator":"NAME","csr":"..."}`, and how it is answered.
struct AdminRequests: Sendable {
    let desk: OperatorDesk
    let clock: @Sendable () -> Int64

    /// One line of JSON: the certificate, or `{"error":"..."}`.
    func answer(_ line: [UInt8], _ user: PeerUser) async -> [UInt8] {
        var writer = JSONWriter()
        do {
            let issued = try await desk.issue(
                try Self.request(line), forUser: user.id, nowNanoseconds: clock())
            writer.raw("{\"chain\":")
            writer.string(issued.chainPEM)
            writer.raw(",\"bundle\":")
            writer.string(issued.bundlePEM)
            writer.raw(",\"expiresAt\":")
            writer.string(CivilTime.rfc3339(nanoseconds: issued.expiresAtNanoseconds))
        } catch {
            writer = JSONWriter()
            writer.raw("{\"error\":")
            writer.string("\(error)")
        }
        writer.raw("}")
        return writer.bytes
    }

    private static func request(_ line: [UInt8]) throws -> OperatorRequest {
        guard let value = try? StrictJSON.parse(line), let csr = value["csr"]?.string else {
            throw PKIError.invalidRequest("expected one line of JSON with csr")
        }
        return try OperatorRequest(ParsedCSR(Array(csr.utf8)))
    }
}
