import Crypto
import NIOConcurrencyHelpers
import Policy
import Text

/// Which certificates our own authorities have issued that have not ended: the first 16 bytes of the SHA-256 of each, and nothing else.
///
/// Whoever has stolen an authority's key can sign, and can't get in here. It is in memory, by the hour of the end, so that
/// forgetting is dropping whole hours; the log has it all, and fills it at each start.
public final class IssuedCertificates: Sendable {
    /// The first 16 bytes of a SHA-256.
    struct Digest: Hashable, Sendable {
        let high: UInt64
        let low: UInt64

        /// They are as good as random, so one word is enough.
        func hash(into hasher: inout Hasher) { hasher.combine(low) }
    }

    /// What an earlier version's record says of a certificate: not its digest.
    struct Adopted: Sendable {
        let spiffeID: ExactText
        let endNanoseconds: Int64
        /// The one that was seen first; there is no second of the same serial number.
        var digest: Digest?
    }

    private struct State {
        /// The hour since the Unix epoch of the first sets.
        var firstHour: Int64 = 0
        /// For each hour as many as ``IssuedCertificates/parts``, so that none grows so large that its growth is felt.
        var sets: [Set<Digest>] = []
        var count = 0
        var adopted: [String: Adopted] = [:]
        var latestSeconds: Int64 = 0
        var isBegun = false

        /// Where a certificate is that ends in an hour; nil for an hour that none can end in.
        func slot(of digest: Digest, _ hour: Int64) -> Int? {
            let hours = hour.subtractingReportingOverflow(firstHour)
            guard !hours.overflow, hours.partialValue >= 0,
                hours.partialValue <= PKILimits.issuedHoursMax
            else { return nil }
            return Int(hours.partialValue) * IssuedCertificates.parts
                + Int(digest.high % UInt64(IssuedCertificates.parts))
        }

        /// Makes room for certificates that end earlier than any did.
        mutating func begin(at hour: Int64) {
            let hours = firstHour.subtractingReportingOverflow(hour)
            guard !hours.overflow, hours.partialValue <= PKILimits.issuedHoursMax else { return }
            sets.insert(
                contentsOf: Array(
                    repeating: [], count: Int(hours.partialValue) * IssuedCertificates.parts), at: 0
            )
            firstHour = hour
        }

        /// Whether it is one that an earlier version issued; from then on it is the only one of its serial number.
        mutating func isAdopted(
            _ digest: Digest, _ serial: String, _ id: SPIFFEID, _ end: Int64
        ) -> Bool {
            guard !adopted.isEmpty, let known = adopted[serial], known.endNanoseconds == end,
                known.spiffeID == ExactText(id.description)
            else { return false }
            if known.digest == nil { adopted[serial]?.digest = digest }
            return known.digest.map { $0 == digest } ?? true
        }
    }

    /// The trust domain whose certificates these are.
    public let trustDomain: String
    /// Their serial numbers, where others are told what became of them.
    public let serials: IssuedSerials?
    /// When those of operators end.
    public let operators: OperatorEnds
    private let state = NIOLockedValueBox(State())
    private static let parts = 8

    /// Knows of none yet.
    public init(trustDomain: String, serials: IssuedSerials? = nil) {
        self.trustDomain = trustDomain
        self.serials = serials
        operators = OperatorEnds(trustDomain: trustDomain)
    }

    /// How many there are.
    public var count: Int { state.withLockedValue { $0.count + $0.adopted.count } }

    /// How many of them an earlier version recorded, without a digest.
    public var adoptedCount: Int { state.withLockedValue { $0.adopted.count } }

    /// The latest second in which one was issued, by the clock of then.
    public var latestSeconds: Int64 { state.withLockedValue { $0.latestSeconds } }

    /// Whether the log has the digest of every certificate that is issued, since some record of it.
    public var isBegun: Bool { state.withLockedValue { $0.isBegun } }

    /// Says that it has, from here on.
    public func begin() { state.withLockedValue { $0.isBegun = true } }

    /// Takes one that was issued.
    ///
    /// - Parameters:
    ///   - certificateSHA256: The SHA-256 of its DER in hexadecimal.
    ///   - endNanoseconds: When it ends.
    ///   - issuedSeconds: When it was issued.
    public func insert(
        certificateSHA256: String, endNanoseconds: Int64, issuedSeconds: Int64
    ) {
        guard let high = UInt64(certificateSHA256.prefix(16), radix: 16),
            let low = UInt64(certificateSHA256.dropFirst(16).prefix(16), radix: 16)
        else { return }
        insert(
            Digest(high: high, low: low), endNanoseconds: endNanoseconds,
            issuedSeconds: issuedSeconds)
    }

    /// Takes one of which an earlier version recorded no digest: whatever comes first with this serial number, identity and end.
    public func adopt(
        serial: String, spiffeID: String, endNanoseconds: Int64, issuedSeconds: Int64
    ) {
        state.withLockedValue { state in
            state.latestSeconds = max(state.latestSeconds, issuedSeconds)
            guard state.adopted.count < PKILimits.adoptedCertificatesMax else { return }
            state.adopted[serial] = Adopted(
                spiffeID: ExactText(spiffeID), endNanoseconds: endNanoseconds)
        }
    }

    /// Forgets those that ended in another hour than this one and the last.
    public func forgetEnded(nowNanoseconds now: Int64) {
        serials?.forgetEnded(nowNanoseconds: now)
        let hour = Self.hour(of: now) - 1
        state.withLockedValue { state in
            state.adopted = state.adopted.filter { now <= $0.value.endNanoseconds }
            let gone = hour.subtractingReportingOverflow(state.firstHour)
            guard !gone.overflow, gone.partialValue > 0 else { return }
            let sets = min(
                Int(clamping: gone.partialValue).multipliedReportingOverflow(by: Self.parts)
                    .partialValue, state.sets.count)
            for set in state.sets[..<sets] { state.count -= set.count }
            state.sets.removeFirst(sets)
            state.firstHour = hour
        }
    }

    /// Whether a leaf is one of them, exactly.
    func contains(_ leaf: ParsedCertificate, of id: SPIFFEID) -> Bool {
        let digest = leaf.fingerprint.prefix
        let end = leaf.notAfterNanoseconds
        return state.withLockedValue { state in
            if let slot = state.slot(of: digest, Self.hour(of: end)), slot < state.sets.count,
                state.sets[slot].contains(digest)
            {
                return true
            }
            return state.isAdopted(digest, leaf.serial, id, end)
        }
    }

    /// Takes what was just signed; whoever hands it out sees to it that its record is on disk before.
    func insert(_ leaf: ParsedCertificate, of id: SPIFFEID) {
        insert(
            leaf.fingerprint.prefix, endNanoseconds: leaf.notAfterNanoseconds,
            issuedSeconds: leaf.issuedSeconds)
        serials?.insert(
            serial: leaf.serial, issuerKeyID: leaf.issuerKeyID, spiffeID: id.description,
            issuedSeconds: leaf.issuedSeconds, endNanoseconds: leaf.notAfterNanoseconds)
    }

    func insert(_ digest: Digest, endNanoseconds: Int64, issuedSeconds: Int64) {
        let hour = Self.hour(of: endNanoseconds)
        state.withLockedValue { state in
            state.latestSeconds = max(state.latestSeconds, issuedSeconds)
            if state.sets.isEmpty { state.firstHour = hour }
            if hour < state.firstHour { state.begin(at: hour) }
            guard let slot = state.slot(of: digest, hour) else { return }
            while state.sets.count <= slot { state.sets.append([]) }
            if state.sets[slot].insert(digest).inserted { state.count += 1 }
        }
    }

    private static func hour(of nanoseconds: Int64) -> Int64 {
        nanoseconds / (3600 * PKILimits.nanosecondsPerSecond)
    }
}

extension ParsedCertificate {
    /// SHA-256 of the DER, lower-case hexadecimal.
    var sha256Text: String { hexText(SHA256.hash(data: der)) }

    /// The second in which one of ours was issued.
    var issuedSeconds: Int64 {
        notBeforeNanoseconds / PKILimits.nanosecondsPerSecond + PKILimits.backdateSeconds
    }
}
