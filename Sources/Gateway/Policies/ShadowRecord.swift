internal import Audit
internal import Policy
internal import StrictJSON

extension ShadowOutcome {
    /// What a record's `detail` says: `{"shadow":{"decision":"deny","gate":"acl","rule":"x","reason":"..."}}`.
    var detail: [UInt8] {
        var writer = JSONWriter()
        writer.raw(#"{"shadow":{"decision":""#)
        writer.raw(isAllowed ? "allow" : "deny")
        writer.raw(#"","gate":"#)
        writer.string(gate.rawValue)
        if let rule {
            writer.raw(#","rule":"#)
            writer.string(rule)
        }
        if let reason {
            writer.raw(#","reason":"#)
            writer.string(reason)
        }
        writer.raw("}}")
        return writer.bytes
    }
}
