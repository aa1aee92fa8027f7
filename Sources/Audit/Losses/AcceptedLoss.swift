import StrictJSON
import Text

/// The record of an operator's decision to go on without records that were lost.
public struct AcceptedLoss: Equatable, Sendable {
    /// The record's own place in the log.
    public let sequence: UInt64
    /// The first record that was lost.
    public let from: UInt64
    /// The last one; 0 where nobody knew.
    public let to: UInt64
    /// The tree's root at the last end that was known.
    public let root: String?
    /// What the operator said.
    public let reason: String

    static let action = "log.loss"

    /// Reads such a record.
    init?(_ record: ReplayedRecord) {
        guard record.kind == .system, record.action == Self.action,
            let detail = record.detail, let value = try? StrictJSON.parse(detail),
            let from = value["from"]?.integer, let to = value["to"]?.integer,
            let reason = value["reason"]?.string
        else { return nil }
        sequence = record.sequence
        self.from = UInt64(clamping: from)
        self.to = UInt64(clamping: to)
        root = value["root"]?.string
        self.reason = reason
    }
}

extension AcceptedLoss: CustomStringConvertible {
    /// The record in one line.
    public var description: String {
        let range = to == 0 ? "from \(from) on" : "\(from) to \(to)"
        let root = root.map { ", last known tree root \(Quotation.cut($0))" } ?? ""
        return "record \(sequence): an operator accepted the loss of records \(range)\(root): "
            + quote(reason)
    }
}

extension SystemRecord {
    static func loss(_ loss: LogLoss, reason: String, by user: UInt32) -> [UInt8] {
        var members = [
            ("kind", text(loss.kind.rawValue)), ("from", number(loss.from)),
            ("to", number(loss.to)),
        ]
        if let anchor = loss.anchor {
            members.append(("size", number(anchor.size)))
            members.append(("root", text(anchor.root.base64)))
        }
        members += [("uid", number(user)), ("reason", text(reason))]
        return encode(AcceptedLoss.action, members)
    }
}
