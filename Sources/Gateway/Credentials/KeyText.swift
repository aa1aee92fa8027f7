internal import Auth
internal import StrictJSON

/// Encodes API keys for answers and records.
enum KeyText {
    /// A key as JSON; with its text only in the one answer that shows it.
    static func encode(_ key: APIKey, secret: APIKeyText?) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"id\":")
        writer.string(key.id)
        if let secret {
            writer.raw(",\"key\":")
            writer.string(String(decoding: secret.bytes, as: UTF8.self))
        }
        writer.raw(",\"name\":")
        writer.string(key.name)
        writer.raw(",\"owner\":{\"kind\":")
        writer.string(key.owner.kind)
        writer.raw(",\"id\":")
        writer.string(key.owner.id)
        writer.raw("},\"scopes\":")
        writer.strings(key.scopes)
        writer.raw(",\"cidrs\":")
        writer.strings(key.cidrs)
        if let spiffeID = key.spiffeID {
            writer.raw(",\"spiffeId\":")
            writer.string(spiffeID)
        }
        writer.raw(",\"limits\":{")
        if let perMinute = key.perMinute {
            writer.raw("\"perMinute\":")
            writer.integer(perMinute)
        }
        if let perHour = key.perHour {
            writer.raw(key.perMinute == nil ? "\"perHour\":" : ",\"perHour\":")
            writer.integer(perHour)
        }
        writer.raw("},\"state\":")
        writer.string(key.revokedNanoseconds == nil ? "live" : "revoked")
        time("createdAt", key.createdNanoseconds, &writer)
        time("startsAt", key.startsNanoseconds, &writer)
        time("expiresAt", key.endsNanoseconds, &writer)
        time("rotatedAt", key.rotatedNanoseconds, &writer)
        time("oldSecretExpiresAt", key.secrets.dropFirst().first?.endsNanoseconds, &writer)
        time("revokedAt", key.revokedNanoseconds, &writer)
        time("lastUsedAt", key.usedNanoseconds, &writer)
        writer.raw("}")
        return writer.bytes
    }

    /// What the outcome record of a new key says.
    static func detail(_ key: APIKey) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"key\":")
        writer.string(key.id)
        time("expires", key.endsNanoseconds, &writer)
        writer.raw("}")
        return writer.bytes
    }

    private static func time(
        _ name: StaticString, _ nanoseconds: Int64?, _ writer: inout JSONWriter
    ) {
        guard let nanoseconds else { return }
        writer.raw(",\"\(name)\":".utf8)
        writer.string(TimeText.rfc3339(nanoseconds: nanoseconds))
    }
}
