/// The fields that records may have: a list of what is allowed, not of what is forbidden.
///
/// A credential, key, token, query string or free text from a client has no field here. A test walks the records that
/// a gateway writes and holds each against this list; a new kind of record needs a row.
public enum RecordFields {
    /// The members of a record.
    public static let members = Set(RecordLine.keys)
    /// The members of `principal`; `sealed` is what is encrypted under the person's key.
    public static let principal: Set<String> = [
        "kind", "id", "auth", "roles", "ldap_groups", "saml_groups", "claims", "scopes", "ceiling",
        "cut", "sealed",
    ]
    /// The members of `client`.
    public static let client: Set<String> = [
        "ip", "port", "tls", "cert", "resumed", "agent",
    ]
    /// The members of `resource`.
    public static let resource: Set<String> = ["service", "namespace", "id"]

    /// The members of `detail` by action; any outcome may name its intent besides.
    public static let details: [String: Set<String>] = [
        "log.segment": ["size", "root", "boot", "fill"],
        "log.started": ["version", "boot", "config"],
        "log.recovered": ["segment", "offset", "bytes", "sha256"],
        "log.resumed": ["cause", "refused", "cutBytes", "sha256"],
        "log.refusing": ["cause"],
        "log.clock": ["stepNanoseconds"],
        "log.dropped": ["records"],
        "log.stopped": [],
        "log.key": ["vkey", "previous", "endorsement"],
        "log.audited": ["segments", "records", "bytes", "root"],
        "log.damage": ["file", "line", "reason"],
        "log.disk": ["low"],
        "log.pruned": ["first", "size", "root", "retentionSeconds"],
        "policy.activate": ["new", "was"],
        "policy.refuse": ["in_force"],
        "service.register": [
            "address", "port", "tags", "version", "metadata", "weight", "zone", "region",
            "ttlSeconds",
        ],
        "service.expire": ["expired"],
        "identity.issue": ["spiffe_id", "key", "ttl_seconds", "serial", "expires"],
        "answer.streamed": ["bytes", "ended"],
        "audit.erase": ["subject", "erased", "hold", "reason"],
    ]

    /// What a record holds that the list does not allow: its members, dotted; empty if all is well.
    public static func unlisted(in line: [UInt8]) -> [String] {
        var found: [String] = []
        let action = JSONMembers.text("action", in: line) ?? ""
        check(line, members, "", &found)
        for (name, allowed) in [
            ("principal", principal), ("client", client), ("resource", resource),
            ("detail", (details[action] ?? []).union(["intent"])),
        ] {
            guard let range = JSONMembers.range(of: name, in: line) else { continue }
            check(Array(line[range]), allowed, name + ".", &found)
        }
        if JSONMembers.text("type", in: line) == "system", details[action] == nil {
            found.append("action \(action)")
        }
        return found
    }

    private static func check(
        _ object: [UInt8], _ allowed: Set<String>, _ prefix: String, _ found: inout [String]
    ) {
        for name in JSONMembers.names(in: object) where !allowed.contains(name) {
            found.append(prefix + name)
        }
    }
}

extension JSONMembers {
    /// The names of an object's members, as they are written.
    static func names(in object: [UInt8]) -> [String] {
        object.withUnsafeBytes { bytes in
            var cursor = JSONCursor(bytes)
            var names: [String] = []
            guard cursor.take(UInt8(ascii: "{")), cursor.peek != UInt8(ascii: "}") else {
                return names
            }
            repeat {
                guard let key = cursor.skipString(), cursor.take(UInt8(ascii: ":")),
                    cursor.skipValue()
                else { return names }
                names.append(String(decoding: bytes[key], as: UTF8.self))
            } while cursor.take(UInt8(ascii: ","))
            return names
        }
    }
}
