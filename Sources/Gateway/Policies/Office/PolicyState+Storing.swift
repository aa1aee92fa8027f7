internal import StrictJSON

extension PolicyState {
    private static let fileBytesMax = 1 << 20

    /// Reads the state; empty when there is no file.
    static func read(_ file: StateFile) throws(PolicyToolError) -> PolicyState {
        guard let bytes = try file.read(max: fileBytesMax) else { return PolicyState() }
        guard let value = try? StrictJSON.parse(bytes), value["maxine_policy_state"]?.integer == 1
        else { throw .archive("\(file.path) is damaged") }
        var state = PolicyState()
        if let active = value["active"] {
            guard let digest = active["digest"]?.string, let by = active["by"]?.string else {
                throw .archive("\(file.path) is damaged at active")
            }
            state.active = Active(digest: digest, files: active["files"]?.string, by: by)
        }
        if let pending = value["pending"] {
            guard let digest = pending["digest"]?.string,
                let origin = pending["origin"]?.string,
                case .array(let approvals) = pending["approvals"]
            else { throw .archive("\(file.path) is damaged at pending") }
            state.pending = Pending(
                digest: digest, origin: origin, files: pending["files"]?.string,
                approvals: approvals.compactMap(\.string))
        }
        if let glass = value["breakGlass"] {
            guard let digest = glass["digest"]?.string, let by = glass["by"]?.string,
                let reason = glass["reason"]?.string, let started = glass["started"]?.integer,
                let ends = glass["ends"]?.integer
            else { throw .archive("\(file.path) is damaged at breakGlass") }
            state.breakGlass = BreakGlass(
                digest: digest, by: by, reason: reason, started: started, ends: ends)
        }
        return state
    }

    /// Writes the state, durably.
    func write(_ file: StateFile) throws(PolicyToolError) {
        var writer = JSONWriter()
        writer.raw("{\"maxine_policy_state\":1")
        if let active {
            writer.raw(",\"active\":{\"digest\":")
            writer.string(active.digest)
            if let files = active.files { writer.text("files", files) }
            writer.text("by", active.by)
            writer.raw("}")
        }
        if let pending {
            writer.raw(",\"pending\":{\"digest\":")
            writer.string(pending.digest)
            writer.text("origin", pending.origin)
            if let files = pending.files { writer.text("files", files) }
            writer.raw(",\"approvals\":")
            writer.strings(pending.approvals)
            writer.raw("}")
        }
        if let breakGlass {
            writer.raw(",\"breakGlass\":{\"digest\":")
            writer.string(breakGlass.digest)
            writer.text("by", breakGlass.by)
            writer.text("reason", breakGlass.reason)
            writer.count("started", breakGlass.started)
            writer.count("ends", breakGlass.ends)
            writer.raw("}")
        }
        writer.raw("}\n")
        try file.write(writer.bytes)
    }
}
