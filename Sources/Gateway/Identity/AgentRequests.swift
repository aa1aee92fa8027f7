internal import PKI
internal import Policy
internal import StrictJSON

/// Asks for an agent's own identity.
struct AgentRequest: Sendable {
    let csr: ParsedCSR
    let agent: String
    /// The join token, when the request carries one.
    let token: String?

    func encodedDetail(_ caller: Principal) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"spiffe_id\":")
        writer.string(csr.spiffeID.description)
        writer.raw(",\"key\":")
        writer.string(csr.publicKeyDigest)
        writer.raw(",\"by\":")
        writer.string(token == nil ? caller.authentication.rawValue : "join_token")
        writer.raw("}")
        return writer.bytes
    }
}

/// Asks for the identity of a registration entry.
struct EntryRequest: Sendable {
    let csr: ParsedCSR
    let entry: String

    func encodedDetail() -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"entry\":")
        writer.string(entry)
        writer.raw(",\"spiffe_id\":")
        writer.string(csr.spiffeID.description)
        writer.raw(",\"key\":")
        writer.string(csr.publicKeyDigest)
        writer.raw("}")
        return writer.bytes
    }
}

/// Asks for a JWT-SVID of a registration entry.
struct EntryTokenRequest: Sendable {
    let audience: [String]
    let entry: String

    func encodedDetail() -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"entry\":")
        writer.string(entry)
        writer.raw(",\"audience\":")
        writer.strings(audience)
        writer.raw("}")
        return writer.bytes
    }
}

/// What an agent refused a workload, for the gateway's log.
struct AgentEvent: Sendable {
    static let textBytesMax = 512
    static let memberNames = ["code", "method", "reason", "uid", "pid", "path", "count"]

    let members: [JSONMember]

    func encodedDetail() -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"workload_api\":")
        writer.value(.object(members))
        writer.raw("}")
        return writer.bytes
    }
}
