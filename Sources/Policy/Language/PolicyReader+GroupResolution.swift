extension PolicyReader {
    /// Writes out the groups in groups; cycles, missing groups and too deep ones are reported.
    mutating func resolveGroups() {
        let declared = declarations.groups
        guard declared.count <= PolicyLimits.groupsMax else {
            diagnostics.file = declared.last?.location.file ?? diagnostics.file
            report(
                .limit, declared.last?.location.mark ?? .start,
                "the policy has \(declared.count) groups, "
                    + "at most \(PolicyLimits.groupsMax) are allowed")
            return
        }
        var byName: [String: GroupDeclaration] = [:]
        for group in declared {
            if let first = byName[group.name] {
                diagnostics.file = group.location.file
                report(
                    .duplicate, group.location.mark,
                    "group \(Quotation.quote(group.name)) is declared already in "
                        + "\(first.location.file):\(first.location.mark.line)")
            } else {
                byName[group.name] = group
                // Names are known before contents are, for hints and for rules that refer to a broken group.
                groups[group.name] = ResolvedGroup()
            }
        }
        var resolution = GroupResolution(byName: byName)
        for group in declared {
            _ = resolution.resolve(group.name, depth: 1, reader: &self)
            if resolution.isOver { break }
        }
        groups.merge(resolution.done.mapValues(\.group)) { $1 }
    }
}

/// The walk through groups in groups; its depth, and so the stack that it takes, is bounded.
private struct GroupResolution {
    let byName: [String: GroupDeclaration]
    var done: [String: (group: ResolvedGroup, depth: Int)] = [:]
    var open: [String] = []
    var memberCount = 0
    /// Whether a limit was passed, after which nothing more is looked at.
    var isOver = false

    /// A group written out, and how many levels of groups it has.
    mutating func resolve(
        _ name: String, depth: Int, reader: inout PolicyReader
    ) -> (group: ResolvedGroup, depth: Int) {
        if let known = done[name] { return known }
        guard let declared = byName[name], !isOver else { return (ResolvedGroup(), 1) }
        open.append(name)
        defer { open.removeLast() }
        var result = ResolvedGroup()
        var levels = 1
        result.services = members(declared.services, \.services, depth, &levels, &reader)
        result.namespaces = members(declared.namespaces, \.namespaces, depth, &levels, &reader)
        result.cidr = members(declared.cidr, \.cidr, depth, &levels, &reader)
        let count = result.services.count + result.namespaces.count + result.cidr.count
        memberCount += count
        if count > PolicyLimits.groupMembersMax || memberCount > PolicyLimits.ruleValuesMax {
            stop(
                declared.location, &reader,
                "group '\(name)' has too many members, "
                    + "at most \(PolicyLimits.groupMembersMax) are allowed")
        }
        done[name] = (result, levels)
        return (result, levels)
    }

    private mutating func members<Value>(
        _ members: [GroupMember<Value>], _ path: KeyPath<ResolvedGroup, [Value]>, _ depth: Int,
        _ levels: inout Int, _ reader: inout PolicyReader
    ) -> [Value] {
        var seen: Set<Value> = []
        var values: [Value] = []
        for member in members {
            switch member {
            case .value(let value):
                if seen.insert(value).inserted { values.append(value) }
            case .group(let reference):
                guard isSound(reference, &reader) else { continue }
                guard depth < PolicyLimits.groupDepthMax else {
                    stopDeep(reference, &reader)
                    return values
                }
                let inner = resolve(reference.value, depth: depth + 1, reader: &reader)
                if isOver { return values }
                levels = max(levels, inner.depth + 1)
                if levels > PolicyLimits.groupDepthMax { stopDeep(reference, &reader) }
                for value in inner.group[keyPath: path] where seen.insert(value).inserted {
                    values.append(value)
                }
            }
        }
        return values
    }

    /// Whether a reference leads to a group that is not being written out itself.
    private func isSound(
        _ reference: Located<String>, _ reader: inout PolicyReader
    ) -> Bool {
        reader.diagnostics.file = reference.location.file
        guard byName[reference.value] != nil else {
            reader.reportMissingGroup(reference.value, reference.location.mark)
            return false
        }
        reader.declarations.usedGroups.insert(reference.value)
        guard let start = open.firstIndex(of: reference.value) else { return true }
        let way = (open[start...] + [reference.value]).joined(separator: " > ")
        reader.report(
            .invalidValue, reference.location.mark,
            "group '\(reference.value)' contains itself: \(Quotation.cut(way))")
        return false
    }

    private mutating func stopDeep(_ reference: Located<String>, _ reader: inout PolicyReader) {
        stop(
            reference.location, &reader,
            "groups nest deeper than \(PolicyLimits.groupDepthMax) levels")
    }

    private mutating func stop(
        _ location: Location, _ reader: inout PolicyReader, _ message: String
    ) {
        if isOver { return }
        isOver = true
        reader.diagnostics.file = location.file
        reader.report(.limit, location.mark, message)
    }
}
