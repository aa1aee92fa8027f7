internal import Auth
internal import PKI
internal import Policy
internal import StrictJSON
internal import Text

extension RevokeCertificates {
    static let sample = RouteSample(body: #"{"serial":"4f00","reason":"stolen"}"#)
    private static let form =
        "body: expected one of serial, spiffeId and authority, and a reason"

    /// Reads `{serial, authority?, reason}`, `{spiffeId, issuance?, reason}` or `{authority, reason}`.
    init(_ input: RouteInput) throws(Problem) {
        let body = try jsonBody(input.body)
        try body.check(
            "$", members: ["serial", "spiffeId", "authority", "issuance", "reason"])
        let authority = try Self.hex(body, "authority", PKILimits.keyIdentifierBytesMax)
        let serial = try Self.hex(body, "serial", PKILimits.serialBytesMax)
        let reach: CertificateRevocation.Reach
        if let text = body["spiffeId"]?.string {
            guard serial == nil, authority == nil else { throw .malformed(Self.form) }
            reach = .identity(try Self.identity(text), blocksIssuance: try Self.blocks(body))
        } else {
            guard body["issuance"] == nil || body["issuance"] == .null else {
                throw .malformed("$.issuance: only with spiffeId")
            }
            if let serial {
                reach = .certificate(serial: try Self.trimmed(serial), authority: authority)
            } else if let authority {
                reach = .authority(authority)
            } else {
                throw .malformed(Self.form)
            }
        }
        revocation = CertificateRevocation(reach, reason: try body.reasonText())
    }

    private static func identity(_ text: String) throws(Problem) -> SPIFFEID {
        guard let id = try? SPIFFEID(parsing: text), !id.pathSegments.isEmpty else {
            throw .impossible("$.spiffeId: \(quote(text)) is not the SPIFFE ID of a workload")
        }
        return id
    }

    private static func blocks(_ body: JSONValue) throws(Problem) -> Bool {
        guard let member = body["issuance"], member != .null else { return false }
        guard let word = member.string, ["allowed", "blocked"].contains(word) else {
            throw .malformed("$.issuance: expected \"allowed\" or \"blocked\"")
        }
        return word == "blocked"
    }

    /// As certificates are named here: without leading zero bytes.
    private static func trimmed(_ serial: String) throws(Problem) -> String {
        var rest = serial[...]
        while rest.hasPrefix("00") { rest = rest.dropFirst(2) }
        guard !rest.isEmpty else { throw .impossible("$.serial: no certificate has the number 0") }
        return String(rest)
    }

    /// A number in lower-case hexadecimal, with or without colons, as people copy them.
    private static func hex(
        _ body: JSONValue, _ name: String, _ bytesMax: Int
    ) throws(Problem) -> String? {
        guard let member = body[name], member != .null else { return nil }
        guard let written = member.string else {
            throw .malformed("$.\(name): expected a string, got \(member.kind)")
        }
        let text = written.lowercased().utf8.filter { $0 != UInt8(ascii: ":") }
        let isHex = text.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        guard isHex, (2...(2 * bytesMax)).contains(text.count), text.count.isMultiple(of: 2) else {
            throw .impossible(
                "$.\(name): expected 1 to \(bytesMax) bytes in hexadecimal, two digits each")
        }
        return String(decoding: text, as: UTF8.self)
    }
}
