internal import PKI
internal import StrictJSON

/// What a taint, revocation or compromise would hit, without doing it.
struct BlastRadius: Sendable {
    let desk: AuthorityDesk
    let request: AuthorityRequest

    func outcome(_ now: Int64) async -> SlowOutcome {
        let ledger = desk.trustDomain.office.ledger
        var change = AuthorityChange()
        if let keyID = request.authority {
            guard ledger.authority(keyID) != nil else {
                return SlowOutcome(.failure(.notFound("no authority \(quote(keyID))")))
            }
            change.tainted = [keyID]
        }
        let hit = Set(
            change.tainted
                + ledger.authorities.filter { $0.issuerKeyID == request.authority }.map(\.keyID))
        let counts = desk.trustDomain.issued.live(issuers: hit, nowNanoseconds: now)
        let connections = await desk.connectionsLost(by: change)
        var writer = JSONWriter(capacity: 2048)
        writer.raw("{\"dryRun\":true,\"authorities\":")
        writer.strings(hit.sorted())
        writer.raw(",\"certificates\":")
        writer.integer(counts.values.reduce(0, +))
        writer.raw(",\"byIdentity\":{")
        let most = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .prefix(BlastRadius.identitiesMax)
        for (index, entry) in most.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.string(entry.key)
            writer.raw(":")
            writer.integer(entry.value)
        }
        writer.raw("},\"identities\":")
        writer.integer(counts.count)
        writer.raw(",\"connections\":")
        writer.integer(connections)
        writer.raw(",\"federatedReaders\":")
        writer.integer(desk.trustDomain.office.adoption.seen.count)
        writer.raw("}")
        return SlowOutcome(.success(Answer(status: 200, json: writer.bytes)))
    }

    /// The most identities that are named one by one.
    private static let identitiesMax = 100
}
