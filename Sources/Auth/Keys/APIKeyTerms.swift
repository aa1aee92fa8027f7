internal import Policy
internal import Synchronization
internal import Text

/// Where a key may be used, how often, and when that was last.
///
/// One for as long as the key is known: the counts go on when it is rotated.
final class APIKeyTerms: CredentialTerms {
    private let id: String
    private let ranges: [CIDR]
    private let spiffeID: String?
    private let minute: RequestQuota?
    private let hour: RequestQuota?
    private let policy: String
    /// From when on its answers say when it ends.
    private let warnsFromNanoseconds: Int64
    private let end: String
    private let used: Atomic<Int64>
    /// The use that is on disk.
    private let written: Atomic<Int64>

    /// The terms of a key; nil where a range can't be read, so that nobody takes it for none.
    init?(_ key: APIKey, usedNanoseconds: Int64?) {
        var ranges: [CIDR] = []
        for text in key.ranges {
            guard let range = try? CIDR(parsing: text) else { return nil }
            ranges.append(range)
        }
        self.ranges = ranges
        id = key.id
        spiffeID = key.spiffeID
        minute = key.perMinute.map { RequestQuota("minute", limit: $0, seconds: 60) }
        hour = key.perHour.map { RequestQuota("hour", limit: $0, seconds: 3_600) }
        policy = [minute, hour].compactMap { $0 }.map {
            "\"\($0.name)\";q=\($0.limit);w=\($0.seconds)"
        }.joined(separator: ", ")
        end = CivilTime.rfc3339(nanoseconds: key.endsNanoseconds)
        let life = key.endsNanoseconds.subtractingReportingOverflow(key.startsNanoseconds)
        warnsFromNanoseconds =
            key.endsNanoseconds
            &- min(AuthLimits.keyWarningNanoseconds, life.overflow ? .max : life.partialValue / 4)
        used = Atomic(usedNanoseconds ?? 0)
        written = Atomic(usedNanoseconds ?? 0)
    }

    /// When it was used last, nanoseconds since the Unix epoch; nil for never.
    var usedNanoseconds: Int64? {
        let used = used.load(ordering: .relaxed)
        return used == 0 ? nil : used
    }

    /// The last use, if it is to be written; taken as written from then on.
    func unwrittenUse() -> Int64? {
        guard let used = usedNanoseconds, used != written.load(ordering: .relaxed) else {
            return nil
        }
        written.store(used, ordering: .relaxed)
        return used
    }

    func refusal(at place: CredentialPlace) -> AuthRefusal? {
        if !ranges.isEmpty,
            place.address.map({ own in ranges.contains { $0.contains(own) } }) != true
        {
            return .unproven("key_address", "API key \(id) is not for this client address")
        }
        if let spiffeID,
            place.peerID?.description.utf8.elementsEqual(spiffeID.utf8) != true
        {
            return .unproven("key_certificate", "API key \(id) is bound to another certificate")
        }
        return nil
    }

    @inline(__always)
    func take(nowNanoseconds now: Int64) -> QuotaReading? {
        if minute != nil || hour != nil { return count(now) }
        note(now)
        guard now >= warnsFromNanoseconds else { return nil }
        return QuotaReading(waitSeconds: nil, policyField: "", stateField: "", endField: end)
    }

    private func count(_ now: Int64) -> QuotaReading {
        let second = UInt32(truncatingIfNeeded: now / 1_000_000_000)
        let ofMinute = minute?.take(at: second)
        var ofHour: RequestQuota.Reading?
        if ofMinute?.isWithin != false {
            ofHour = hour?.take(at: second)
            if ofHour?.isWithin == false { minute?.giveBack() }
        }
        let isOver = ofMinute?.isWithin == false || ofHour?.isWithin == false
        if !isOver { note(now) }
        // The one that will be used up first; of two, the refusal's.
        let showsHour: Bool
        if let ofMinute, let ofHour {
            showsHour = ofHour.isWithin == false || ofHour.left < ofMinute.left
        } else {
            showsHour = ofHour != nil
        }
        guard let name = showsHour ? hour?.name : minute?.name,
            let shown = showsHour ? ofHour : ofMinute
        else { return QuotaReading(waitSeconds: nil, policyField: policy, stateField: "") }
        return QuotaReading(
            waitSeconds: isOver ? Int(shown.secondsLeft) : nil, policyField: policy,
            stateField: "\"\(name)\";r=\(shown.left);t=\(shown.secondsLeft)",
            endField: now >= warnsFromNanoseconds ? end : nil)
    }

    /// Not each request: a word that all loops write would wander between their processors.
    @inline(__always)
    private func note(_ now: Int64) {
        let before = used.load(ordering: .relaxed)
        if now &- before >= AuthLimits.useNanoseconds || now < before {
            used.store(now, ordering: .relaxed)
        }
    }
}
