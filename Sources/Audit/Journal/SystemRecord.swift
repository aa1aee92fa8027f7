import StrictJSON

/// The log's records about itself.
enum SystemRecord {
    /// Encodes a system record with members given as name and already encoded value.
    static func encode(_ action: String, _ members: [(String, [UInt8])]) -> [UInt8] {
        var out: [UInt8] = []
        out.append(#""type":"system","action":"#)
        out.append(quoted: action)
        out.append(#","detail":{"#)
        for (index, member) in members.enumerated() {
            if index > 0 { out.append(",") }
            out.append(quoted: member.0)
            out.append(":")
            out.append(contentsOf: member.1)
        }
        out.append("}}")
        return out
    }

    static func text(_ value: String) -> [UInt8] {
        var out: [UInt8] = []
        out.append(quoted: value)
        return out
    }

    static func number(_ value: some BinaryInteger) -> [UInt8] { Array(String(value).utf8) }

    static func started(_ configuration: JournalConfiguration) -> [UInt8] {
        var members = [
            ("version", text(configuration.version)), ("boot", text(configuration.bootID)),
        ]
        if let digest = configuration.configDigest { members.append(("config", text(digest))) }
        return encode("log.started", members)
    }

    static func recovered(_ cut: CutTail) -> [UInt8] {
        encode(
            "log.recovered",
            [
                ("segment", text(cut.segment)), ("offset", number(cut.offset)),
                ("bytes", number(cut.bytes)), ("sha256", text(cut.sha256)),
            ])
    }

    static func resumed(cause: String, refused: UInt64, cut: CutTail?) -> [UInt8] {
        var members = [("cause", text(cause)), ("refused", number(refused))]
        members.append(("cutBytes", number(cut?.bytes ?? 0)))
        if let cut { members.append(("sha256", text(cut.sha256))) }
        return encode("log.resumed", members)
    }

    static func clockStep(from last: Int64, to now: Int64) -> [UInt8] {
        encode("log.clock", [("stepNanoseconds", number(now &- last))])
    }

    static func stopped() -> [UInt8] { encode("log.stopped", []) }
}

/// Bytes behind the last commit line that were taken out of a segment.
struct CutTail: Equatable, Sendable {
    var segment: String
    var offset: Int64
    var bytes: Int
    var sha256: String
}
