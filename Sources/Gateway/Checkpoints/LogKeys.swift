internal import Audit
internal import Foundation
internal import PKI
internal import StrictJSON

/// The keys of a log that sign, the oldest first, and those that signed before them.
struct LogKeys: Sendable {
    let keys: [LogKey]
    private(set) var retired: [RetiredLogKey] = []
    /// When the older of two ends to sign by itself, nanoseconds since 1970; nil where there is one.
    private(set) var overlapEndNanoseconds: Int64?

    private init(
        _ keys: [LogKey], retired: [RetiredLogKey], overlapEndNanoseconds: Int64? = nil
    ) {
        self.keys = keys
        self.retired = Array(retired.suffix(CheckpointLimits.retiredKeysMax))
        self.overlapEndNanoseconds = overlapEndNanoseconds
    }

    /// The first key of a trust domain's log.
    static func first(in trustDomain: String) throws(PKIError) -> LogKeys {
        LogKeys([try made(for: trustDomain + "/audit")], retired: [])
    }

    /// The name, under which all of them sign.
    var origin: String { keys.first?.verifier.name ?? "" }

    /// What ends are verified by that were signed now or in order before.
    var published: [VerifierKey] {
        keys.map(\.verifier) + retired.filter { !$0.isCompromised }.map(\.key)
    }

    /// What our own files are verified by, which one that was taken from us may have signed when it was ours alone.
    var verifiers: [VerifierKey] { keys.map(\.verifier) + retired.map(\.key) }

    /// With one more, beside which the old one goes on until a time.
    func joined(until end: Int64) throws(PKIError) -> LogKeys {
        LogKeys(
            keys + [try Self.made(for: origin)], retired: retired, overlapEndNanoseconds: end)
    }

    /// Without the oldest, in order.
    func withoutOldest() -> LogKeys {
        LogKeys(
            Array(keys.dropFirst()),
            retired: retired
                + keys.prefix(1).map { RetiredLogKey(key: $0.verifier, isCompromised: false) })
    }

    /// With a new one alone, since somebody else may have those that there are.
    func replaced() throws(PKIError) -> LogKeys {
        LogKeys(
            [try Self.made(for: origin)],
            retired: retired
                + keys.map { RetiredLogKey(key: $0.verifier, isCompromised: true) })
    }

    /// Those of the log that goes on where this one lost records that it had signed: it has another name, since no checkpoint of the one
    /// is ever consistent with those of the other.
    ///
    /// What is left of segments that were taken away was signed by the old ones.
    func afterLoss() throws(PKIError) -> LogKeys {
        var parts = origin.split(separator: "/").map(String.init)
        let number = parts.count > 2 ? parts.last.flatMap { Int($0) } : nil
        if number != nil { parts.removeLast() }
        return LogKeys(
            [try Self.made(for: parts.joined(separator: "/") + "/\((number ?? 1) + 1)")],
            retired: retired
                + keys.map { RetiredLogKey(key: $0.verifier, isCompromised: true) })
    }

    private static func made(for name: String) throws(PKIError) -> LogKey {
        guard let key = LogKey(newFor: name) else {
            throw .unusableFiles("no log can be called \(name)")
        }
        return key
    }
}

/// A key that signs no more.
struct RetiredLogKey: Sendable, Equatable {
    let key: VerifierKey
    /// Whether somebody else may have it, so that nothing it signed proves anything.
    let isCompromised: Bool
}

extension LogKeys {
    private static let version: Int64 = 1

    /// What the file holds.
    init?(encoded: [UInt8]) {
        guard let value = try? StrictJSON.parse(encoded),
            value["version"]?.integer == Self.version, let name = value["log"]?.string,
            case .array(let seeds)? = value["keys"], !seeds.isEmpty
        else { return nil }
        let keys = seeds.compactMap { seed in
            seed.string.flatMap { Data(base64Encoded: $0) }
                .flatMap { LogKey(name: name, seed: Array($0)) }
        }
        guard keys.count == seeds.count, let retired = Self.retired(value["retired"]) else {
            return nil
        }
        let end = value["overlapEnd"]?.integer
        guard (end != nil) == (keys.count > 1) else { return nil }
        self.init(keys, retired: retired, overlapEndNanoseconds: end)
    }

    private static func retired(_ value: JSONValue?) -> [RetiredLogKey]? {
        guard let value else { return [] }
        guard case .array(let members) = value else { return nil }
        let retired = members.compactMap { member -> RetiredLogKey? in
            guard let text = member["key"]?.string, let key = VerifierKey(text),
                case .bool(let isCompromised)? = member["compromised"]
            else { return nil }
            return RetiredLogKey(key: key, isCompromised: isCompromised)
        }
        return retired.count == members.count ? retired : nil
    }

    var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"version\":")
        writer.integer(Self.version)
        writer.raw(",\"log\":")
        writer.string(origin)
        writer.raw(",\"keys\":")
        writer.strings(keys.map { Data($0.seed).base64EncodedString() })
        if let overlapEndNanoseconds {
            writer.raw(",\"overlapEnd\":")
            writer.integer(overlapEndNanoseconds)
        }
        writeRetired(to: &writer)
        writer.raw("}\n")
        return writer.bytes
    }

    /// What the log says of them: their public halves.
    var detail: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"log\":")
        writer.string(origin)
        writer.raw(",\"keys\":")
        writer.strings(keys.map(\.verifier.text))
        writeRetired(to: &writer)
        writer.raw("}")
        return writer.bytes
    }

    private func writeRetired(to writer: inout JSONWriter) {
        guard !retired.isEmpty else { return }
        writer.raw(",\"retired\":[")
        for (index, key) in retired.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.raw("{\"key\":")
            writer.string(key.key.text)
            writer.raw(",\"compromised\":")
            writer.raw(key.isCompromised ? "true" : "false")
            writer.raw("}")
        }
        writer.raw("]")
    }
}
