internal import Auth
internal import StrictJSON
internal import Text

/// API keys as the native API writes them; the text of a key is in two answers only, those that make it.
enum KeyAnswers {
    static func created(_ asked: CreateKey, _ made: MintedAPIKey) -> Answer {
        minted(made, status: 201)
    }

    static func rotated(_ asked: RotateKey, _ made: MintedAPIKey) -> Answer {
        minted(made, status: 200)
    }

    static func revoked(_ asked: RevokeKey, _ done: Void) -> Answer { .noContent }

    static func validated(_ asked: ValidateKey, _ found: ShowKey.Success?) -> Answer {
        var writer = JSONWriter(capacity: 512)
        writer.raw(found == nil ? "{\"valid\":false" : "{\"valid\":true,\"key\":")
        if let found {
            write(found.shown, found.nowNanoseconds, to: &writer)
        }
        writer.raw("}")
        return Answer(status: 200, body: writer.bytes)
    }

    static func shown(_ asked: ShowKey, _ found: ShowKey.Success) -> Answer {
        var writer = JSONWriter(capacity: 512)
        write(found.shown, found.nowNanoseconds, to: &writer)
        return Answer(status: 200, body: writer.bytes)
    }

    static func list(_ asked: ListKeys, _ found: ListKeys.Success) -> Answer {
        .page("keys", found.keys, entryBytes: 512, next: found.next, of: ListKeys.list) {
            write($0, found.nowNanoseconds, to: &$1)
        }
    }

    private static func minted(_ made: MintedAPIKey, status: UInt16) -> Answer {
        var writer = JSONWriter(capacity: 640)
        let now = made.key.rotatedNanoseconds ?? made.key.createdNanoseconds
        write(
            made.key, made.key.condition(nowNanoseconds: now), secret: made.whole, used: nil,
            to: &writer)
        return Answer(status: status, body: writer.bytes)
    }

    private static func write(_ shown: ShownAPIKey, _ now: Int64, to writer: inout JSONWriter) {
        write(
            shown.key, shown.condition(nowNanoseconds: now), used: shown.usedNanoseconds,
            to: &writer)
    }

    private static func write(
        _ key: APIKey, _ condition: APIKey.Condition, secret: APIKeyText? = nil, used: Int64?,
        to writer: inout JSONWriter
    ) {
        writer.raw("{\"id\":")
        writer.string(key.id)
        if let secret {
            writer.raw(",\"key\":")
            writer.string(String(decoding: secret.bytes, as: UTF8.self))
        }
        writer.raw(",\"name\":")
        writer.string(key.name)
        writer.raw(",\"state\":")
        writer.string(condition.rawValue)
        writer.raw(",\"owner\":{\"kind\":")
        writer.string(key.owner.kind)
        writer.raw(",\"id\":")
        writer.string(key.owner.id)
        writer.raw("},\"scopes\":")
        writer.strings(key.scopes)
        writer.raw(",\"cidrs\":")
        writer.strings(key.ranges)
        if let id = key.spiffeID {
            writer.raw(",\"spiffeId\":")
            writer.string(id)
        }
        writeLimits(of: key, to: &writer)
        write("createdAt", key.createdNanoseconds, to: &writer)
        write("notBefore", key.startsNanoseconds, to: &writer)
        write("expiresAt", key.endsNanoseconds, to: &writer)
        write("rotatedAt", key.rotatedNanoseconds, to: &writer)
        write("graceEndsAt", key.graceEndsNanoseconds, to: &writer)
        write("revokedAt", key.revokedNanoseconds, to: &writer)
        write("lastUsedAt", used, to: &writer)
        writer.raw("}")
    }

    private static func writeLimits(of key: APIKey, to writer: inout JSONWriter) {
        let limits = [("perMinute", key.perMinute), ("perHour", key.perHour)]
        let known = limits.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
        guard !known.isEmpty else { return }
        writer.raw(",\"limits\":{")
        writer.raw(known.joined(separator: ",").utf8)
        writer.raw("}")
    }

    private static func write(
        _ name: StaticString, _ nanoseconds: Int64?, to writer: inout JSONWriter
    ) {
        guard let nanoseconds else { return }
        writer.raw(",\"")
        writer.raw(name)
        writer.raw("\":")
        writer.string(CivilTime.rfc3339(nanoseconds: nanoseconds))
    }
}
