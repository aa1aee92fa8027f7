internal import Crypto
internal import StrictJSON

/// The keys of our tokens at one moment: the one that signs, the one that will, and those that did.
struct SigningKeys: Sendable {
    var current: SigningKey
    var next: SigningKey
    /// Oldest first.
    var retired: [RetiredKey]
    /// When the current one began to sign.
    var sinceNanoseconds: Int64
    /// Grows with each change of what is published (`spiffe_sequence`).
    var sequence: Int64

    /// The first keys of a trust domain.
    init(nowNanoseconds now: Int64) {
        current = SigningKey(madeNanoseconds: now)
        next = SigningKey(madeNanoseconds: now)
        retired = []
        sinceNanoseconds = now
        sequence = Self.sequence(after: 0, now)
    }

    /// All that are published, the one that signs first.
    var published: [PublishedKey] {
        [current.published, next.published] + retired.map(\.published)
    }

    /// The next one signs, a new one is published, and the current one's public half stays until its tokens have ended.
    func rotated(nowNanoseconds now: Int64) -> SigningKeys {
        var keys = withdrawn(nowNanoseconds: now)
        let life = Int64(SigningLimits.lifeSecondsMax) * 1_000_000_000
        let until = now.addingReportingOverflow(life + SigningLimits.marginNanoseconds)
        keys.retired.append(
            RetiredKey(
                published: current.published,
                untilNanoseconds: until.overflow ? .max : until.partialValue))
        keys.current = next
        keys.next = SigningKey(madeNanoseconds: now)
        keys.sinceNanoseconds = now
        keys.sequence = Self.sequence(after: sequence, now)
        return keys
    }

    /// Those are gone whose tokens have ended.
    func withdrawn(nowNanoseconds now: Int64) -> SigningKeys {
        var keys = self
        keys.retired.removeAll { $0.untilNanoseconds <= now }
        if keys.retired.count != retired.count {
            keys.sequence = Self.sequence(after: sequence, now)
        }
        return keys
    }

    /// Seconds, so that a trust domain whose file was lost counts on; one more where the clock stands or went back.
    static func sequence(after last: Int64, _ nowNanoseconds: Int64) -> Int64 {
        max(last &+ 1, nowNanoseconds / 1_000_000_000)
    }

    /// What the log says of them: names only.
    var detail: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"signs\":")
        writer.string(current.published.keyID)
        writer.raw(",\"next\":")
        writer.string(next.published.keyID)
        writer.raw(",\"retired\":")
        writer.strings(retired.map(\.published.keyID))
        writer.raw(",\"sequence\":")
        writer.integer(sequence)
        writer.raw("}")
        return writer.bytes
    }
}

/// The form of the file.
extension SigningKeys {
    private static let version: Int64 = 1

    /// The file's text; it holds private keys.
    var encoded: [UInt8] {
        var writer = JSONWriter(capacity: 2_048)
        writer.raw("{\"version\":")
        writer.integer(Self.version)
        writer.raw(",\"sequence\":")
        writer.integer(sequence)
        writer.raw(",\"since\":")
        writer.integer(sinceNanoseconds)
        writer.raw(",\"current\":")
        Self.write(current, to: &writer)
        writer.raw(",\"next\":")
        Self.write(next, to: &writer)
        writer.raw(",\"retired\":[")
        for (index, key) in retired.enumerated() {
            writer.raw(index > 0 ? ",{\"x\":" : "{\"x\":")
            writer.string(key.published.x)
            writer.raw(",\"y\":")
            writer.string(key.published.y)
            writer.raw(",\"until\":")
            writer.integer(key.untilNanoseconds)
            writer.raw("}")
        }
        writer.raw("]}\n")
        return writer.bytes
    }

    /// Reads a file; nil for one that is none of ours.
    init?(_ bytes: [UInt8]) {
        guard let value = try? StrictJSON.parse(bytes), value["version"]?.integer == Self.version,
            let sequence = value["sequence"]?.integer, let since = value["since"]?.integer,
            (0..<Int64.max / 2).contains(sequence),
            let current = Self.key(value["current"]), let next = Self.key(value["next"]),
            current.published != next.published,
            case .array(let list)? = value["retired"], list.count <= SigningLimits.retiredMax
        else { return nil }
        let retired = list.compactMap { item -> RetiredKey? in
            guard let x = item["x"]?.string, let y = item["y"]?.string,
                let until = item["until"]?.integer
            else { return nil }
            return RetiredKey(published: PublishedKey(x: x, y: y), untilNanoseconds: until)
        }
        guard retired.count == list.count else { return nil }
        self.current = current
        self.next = next
        self.retired = retired
        self.sequence = sequence
        sinceNanoseconds = since
    }

    private static func write(_ key: SigningKey, to writer: inout JSONWriter) {
        writer.raw("{\"key\":")
        writer.string(key.key.pemRepresentation)
        writer.raw(",\"made\":")
        writer.integer(key.madeNanoseconds)
        writer.raw("}")
    }

    private static func key(_ value: JSONValue?) -> SigningKey? {
        guard let text = value?["key"]?.string, let made = value?["made"]?.integer,
            let key = try? P256.Signing.PrivateKey(pemRepresentation: text)
        else { return nil }
        return SigningKey(key, madeNanoseconds: made)
    }
}
