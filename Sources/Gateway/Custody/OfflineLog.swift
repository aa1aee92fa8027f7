internal import Audit
internal import PKI
internal import Registry

/// The log, for what is done on the gateway's own machine while no gateway runs on the folder: recorded before, and after.
struct OfflineLog {
    let configuration: GatewayConfiguration
    /// What keys may be sealed with that are not sealed as configured yet.
    var sealedBefore: KeySeal?

    /// Opens the log, records that something is done, does it with that record's receipt, and records that it was done.
    ///
    /// - Parameters:
    ///   - action: The action of both records.
    ///   - detail: What the first says.
    ///   - replay: Sees the log's records before.
    ///   - body: Does it, and says what the second record says.
    /// - Returns: What came of it.
    /// - Throws: ``AuditError/locked(path:)`` while a gateway runs; what the body throws, and then no second record is written.
    func record<R>(
        _ action: String, detail: [UInt8], replay: (ReplayedRecord) -> Void = { _ in },
        _ body: (_ receipt: consuming Receipt, _ number: UInt64) throws -> (
            result: R, detail: [UInt8]
        )
    ) async throws -> R {
        let anchors = LogAnchorFile(configuration)
        let catalogue = try SQLiteStore(path: configuration.storePath)
        var settings = configuration.journal
        let stored = try catalogue.load().highestSequence
        try catalogue.close()
        settings.known = try KnownLog(anchors.read(), storedSequence: stored)
        let past = try signedPast()
        settings.ownKeys = past.keysEverHad
        // Seals are gone on from as by a start; none is made.
        let believed = SealKeys(signing: [], believed: past.published)
        settings.seals = SealSettings(storedSequence: stored) { believed }
        let journal = try Journal.open(settings, replay: replay)
        defer { journal.close() }
        let number = UInt64.random(in: 1...UInt64.max)
        let receipt = try await journal.record(
            Record(kind: .system, action: action, detail: detail, decisionID: number))
        let done = try body(receipt, number)
        _ = try await journal.record(Record(kind: .system, action: action, detail: done.detail))
        try anchors.write(journal.anchor)
        return done.result
    }

    /// What was signed, and by which keys.
    private func signedPast() throws -> SignedPast {
        var domain = try TrustDomainOpening(configuration).configuration
        do throws(PKIError) {
            return try SignedPast(configuration, domain)
        } catch {
            guard let sealedBefore else { throw error }
            domain.custody.seal = sealedBefore
            return try SignedPast(configuration, domain)
        }
    }
}
