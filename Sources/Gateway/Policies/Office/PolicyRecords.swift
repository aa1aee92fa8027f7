internal import Audit
internal import StrictJSON

/// The log's records of what happens to the policy.
enum PolicyRecords {
    /// A policy comes into force; `old` is nil at start.
    static func activation(
        old: String?, new: String, by author: PolicyAuthor? = nil, origin: String? = nil
    ) -> Record {
        var detail = JSONWriter()
        detail.raw("{\"new\":")
        detail.string(new)
        if let old { detail.text("was", old) }
        if let author { detail.text("by", author.id) }
        if let origin { detail.text("origin", origin) }
        detail.raw("}")
        return Record(
            kind: .system, action: "policy.activate", reason: author?.reason.map(cut),
            detail: detail.bytes)
    }

    /// A policy that may not come into force.
    static func refusal(of reason: String, inForce digest: String, origin: String) -> Record {
        var detail = JSONWriter()
        detail.raw("{\"in_force\":")
        detail.string(digest)
        detail.text("origin", origin)
        detail.raw("}")
        return Record(
            kind: .system, action: "policy.refuse", reason: cut(reason), detail: detail.bytes)
    }

    /// A policy that waits for more people.
    static func pending(_ pending: PolicyState.Pending, needed: Int) -> Record {
        var detail = JSONWriter()
        detail.raw("{\"digest\":")
        detail.string(pending.digest)
        detail.text("origin", pending.origin)
        detail.raw(",\"approved_by\":")
        detail.strings(pending.approvals)
        detail.count("needed", needed)
        detail.raw("}")
        return Record(kind: .system, action: "policy.pending", detail: detail.bytes)
    }

    /// The break-glass policy comes into force for a time.
    static func breakGlass(_ glass: PolicyState.BreakGlass, was: String) -> Record {
        var detail = JSONWriter()
        detail.raw("{\"new\":")
        detail.string(glass.digest)
        detail.text("was", was)
        detail.text("by", glass.by)
        detail.text("ends", TimeText.rfc3339(nanoseconds: glass.ends))
        detail.raw("}")
        return Record(
            kind: .system, action: "policy.break_glass", reason: cut(glass.reason),
            detail: detail.bytes)
    }

    /// The break-glass time is over.
    static func breakGlassEnd(_ glass: PolicyState.BreakGlass, new: String, why: String) -> Record {
        var detail = JSONWriter()
        detail.raw("{\"new\":")
        detail.string(new)
        detail.text("was", glass.digest)
        detail.raw("}")
        return Record(
            kind: .system, action: "policy.break_glass_end", reason: why, detail: detail.bytes)
    }

    private static func cut(_ text: String) -> String {
        String(text.prefix(ExchangeLimits.reasonCharactersMax))
    }
}
