import StrictJSON

/// What a request for a certificate holds.
enum IdentityBody {
    static func text(_ csr: String, _ ttlSeconds: Int?) -> [UInt8] {
        var writer = JSONWriter(capacity: 2048)
        writer.raw("{\"csr\":")
        writer.string(csr)
        if let ttlSeconds {
            writer.raw(",\"ttlSeconds\":")
            writer.integer(ttlSeconds)
        }
        writer.raw("}")
        return writer.bytes
    }
}
