internal import Policy

/// What entries of one trust domain may say.
public struct EntryRules: Sendable {
    /// The trust domain whose identities are given.
    public let trustDomain: String
    /// The lives that X509-SVIDs may have, in seconds.
    public let x509TTLSeconds: ClosedRange<Int>

    /// The rules of a trust domain.
    public init(
        trustDomain: String,
        x509TTLSeconds: ClosedRange<Int> = PKILimits.ttlSecondsMin...PKILimits.ttlSecondsMax
    ) {
        self.trustDomain = trustDomain
        self.x509TTLSeconds = x509TTLSeconds
    }
}

extension EntryDraft {
    /// The entry, if everything in it may stand there.
    ///
    /// - Throws: `EntryRefusal.invalid` naming the first fault.
    public func checked(
        by rules: EntryRules, id: String, nowNanoseconds: Int64
    ) throws(EntryRefusal) -> RegistrationEntry {
        try Self.check(count: selectors.count, 1...PKILimits.entrySelectorsMax, "selectors")
        try Self.check(
            count: federatesWith.count, 0...PKILimits.entryTrustDomainsMax, "federatesWith")
        guard AgentNames.isName(agent) else {
            throw .invalid(
                "agent \(agent.quotedForPeople) is not 1 to \(PKILimits.agentNameBytesMax) of"
                    + " the characters a-z A-Z 0-9 . _ -")
        }
        guard hint.utf8.count <= PKILimits.hintBytesMax,
            hint.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw .invalid("the hint has more than \(PKILimits.hintBytesMax) bytes or controls")
        }
        try Self.check(ttl: x509TTLSeconds, rules.x509TTLSeconds, "x509TtlSeconds")
        try Self.check(ttl: jwtTTLSeconds, 1...PKILimits.tokenTTLSecondsMax, "jwtTtlSeconds")
        for domain in federatesWith where !SPIFFEID.isTrustDomain(domain) {
            throw .invalid("federatesWith: \(domain.quotedForPeople) is not a trust domain")
        }
        var checked: Set<WorkloadSelector> = []
        for text in selectors { checked.insert(try WorkloadSelector(parsing: text)) }
        return RegistrationEntry(
            id: id, spiffeID: try workloadID(rules), agent: agent, selectors: checked.sorted(),
            hint: hint, x509TTLSeconds: x509TTLSeconds, jwtTTLSeconds: jwtTTLSeconds,
            federatesWith: Array(Set(federatesWith)).sorted(),
            createdNanoseconds: nowNanoseconds)
    }

    private func workloadID(_ rules: EntryRules) throws(EntryRefusal) -> SPIFFEID {
        let id: SPIFFEID
        do {
            id = try SPIFFEID(parsing: spiffeID)
        } catch {
            throw .invalid("\(spiffeID.quotedForPeople) is not a SPIFFE ID: \(error)")
        }
        guard id.trustDomain == rules.trustDomain else {
            throw .invalid("\(id.trustDomain.quotedForPeople) is not our trust domain")
        }
        guard !AgentNames.isReserved(id) else {
            throw .invalid("\(spiffeID.quotedForPeople) is not a workload's: it is reserved")
        }
        return id
    }

    private static func check(
        count: Int, _ range: ClosedRange<Int>, _ name: String
    ) throws(EntryRefusal) {
        guard range.contains(count) else {
            throw .invalid(
                "\(name): \(count) is not within \(range.lowerBound) to \(range.upperBound)")
        }
    }

    private static func check(
        ttl: Int?, _ range: ClosedRange<Int>, _ name: String
    ) throws(EntryRefusal) {
        guard let ttl else { return }
        try check(count: ttl, range, name)
    }
}
