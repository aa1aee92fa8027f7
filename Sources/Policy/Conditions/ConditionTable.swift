/// The conditions of all rules as flat lists of steps, so that judging them touches no reference count.
struct ConditionTable: Sendable {
    /// One step; what its numbers mean depends on its kind.
    struct Step: Sendable {
        enum Kind: UInt8, Sendable {
            case namespaces, validity, methods, time, tags, sourceIP, strength, certificateAge, http
        }

        var kind: Kind
        var first: Int64
        var second: Int64 = 0
    }

    /// A time window with its zone's index.
    struct Window: Sendable {
        var zone: Int
        var window: TimeWindow
    }

    private(set) var steps = ContiguousArray<Step>()
    private(set) var names = NameList()
    private(set) var tags = ContiguousArray<TagCondition>()
    private(set) var blocks = ContiguousArray<CIDR>()
    private(set) var windows = ContiguousArray<Window>()
    private(set) var zones = ContiguousArray<ZoneTable>()
    private(set) var calls = ContiguousArray<HTTPPermit>()
    private var zoneNumbers: [String: Int] = [:]

    /// Adds a rule's conditions for one of its targets; the range of their steps.
    mutating func add(_ rule: RuleDeclaration, namespaces: [NamePattern]) -> Range<Int32> {
        let start = Int32(steps.count)
        if !namespaces.isEmpty, !namespaces.contains(where: \.isAny) {
            let range = names.add(namespaces)
            steps.append(Step(kind: .namespaces, first: range.lowerBound, second: range.upperBound))
        }
        add(rule.validity)
        if let until = rule.shadowUntil { add(Validity(until: until)) }
        add(rule.when, tags: rule.tags)
        if let permits = rule.http {
            let first = Int64(calls.count)
            calls.append(contentsOf: permits)
            steps.append(Step(kind: .http, first: first, second: Int64(calls.count)))
        }
        return start..<Int32(steps.count)
    }

    private mutating func add(_ validity: Validity) {
        guard validity.from != nil || validity.until != nil else { return }
        steps.append(
            Step(
                kind: .validity, first: validity.from ?? .min, second: validity.until ?? .max))
    }

    private mutating func add(_ clause: WhenClause, tags: TagCondition) {
        if !clause.methods.isEmpty {
            let bits = clause.methods.reduce(Int64(0)) { $0 | 1 << Int64(Self.bit($1)) }
            steps.append(Step(kind: .methods, first: bits))
        }
        if let window = clause.time {
            steps.append(Step(kind: .time, first: Int64(windows.count)))
            windows.append(Window(zone: zone(window.zone), window: window))
        }
        if !tags.isEmpty {
            steps.append(Step(kind: .tags, first: Int64(self.tags.count)))
            self.tags.append(tags)
        }
        if !clause.sourceIP.isEmpty {
            let first = Int64(blocks.count)
            blocks.append(contentsOf: clause.sourceIP)
            steps.append(Step(kind: .sourceIP, first: first, second: Int64(blocks.count)))
        }
        if let bound = clause.strength {
            let limit = Int64(bound.limit.rawValue)
            steps.append(Step(kind: .strength, first: limit, second: bound.isAtLeast ? 1 : 0))
        }
        if let bound = clause.certificateAge {
            steps.append(
                Step(
                    kind: .certificateAge, first: bound.limit, second: bound.isAtLeast ? 1 : 0))
        }
    }

    private mutating func zone(_ name: String) -> Int {
        if let known = zoneNumbers[name] { return known }
        zones.append(ZoneTable(name))
        zoneNumbers[name] = zones.count - 1
        return zones.count - 1
    }

    /// A way to authenticate as the number of a bit.
    static func bit(_ method: Principal.Authentication) -> Int {
        switch method {
        case .mtls: 0
        case .jwt: 1
        case .apiKey: 2
        case .ldap: 3
        case .oidc: 4
        case .saml: 5
        case .session: 6
        case .none: 7
        case .joinToken: 8
        }
    }
}

/// Name patterns in one run of bytes.
struct NameList: Sendable {
    private struct Item: Sendable {
        var start: Int32
        var count: Int32
        var isPrefix: Bool
    }

    private var items = ContiguousArray<Item>()
    private var bytes = ContiguousArray<UInt8>()

    mutating func add(_ patterns: [NamePattern]) -> Range<Int64> {
        let first = Int64(items.count)
        for pattern in patterns {
            items.append(
                Item(
                    start: Int32(bytes.count), count: Int32(pattern.bytes.count),
                    isPrefix: pattern.isPrefix))
            bytes.append(contentsOf: pattern.bytes)
        }
        return first..<Int64(items.count)
    }

    /// Whether one of some patterns matches.
    @inline(__always)
    func matches(_ name: String, _ first: Int64, _ end: Int64) -> Bool {
        let known = name.utf8.withContiguousStorageIfAvailable { matches($0, first, end) }
        return known ?? Array(name.utf8).withUnsafeBufferPointer { matches($0, first, end) }
    }

    @inline(__always)
    private func matches(
        _ name: UnsafeBufferPointer<UInt8>, _ first: Int64, _ end: Int64
    ) -> Bool {
        next: for index in Int(first)..<Int(end) {
            let item = items[index]
            let count = Int(item.count)
            guard item.isPrefix ? name.count >= count : name.count == count else { continue }
            let start = Int(item.start)
            for offset in 0..<count where bytes[start + offset] != name[offset] { continue next }
            return true
        }
        return false
    }
}
