import NIOConcurrencyHelpers

/// All that decides about trust at one moment; never changed, only replaced.
public struct TrustSnapshot: Sendable {
    /// The bundles by trust domain; never merged.
    public internal(set) var bundles: [String: TrustBundle]
    /// The intermediates of our own trust domain, if there is one.
    public internal(set) var intermediates: KnownIntermediates?
    /// What is revoked or tainted.
    public internal(set) var revocations: RevocationSet
    /// Grows with every change; verdicts of an older epoch are not used.
    public internal(set) var epoch: UInt64

    /// The key identifiers of a trust domain's authorities that are known here, lower-case hexadecimal.
    public func authorityKeyIDs(of trustDomain: String) -> [String] {
        authorities(of: trustDomain).map(\.ownKeyID)
    }

    /// The certificates of a trust domain's authorities that are known here.
    func authorities(of trustDomain: String) -> [ParsedCertificate] {
        let own = intermediates.flatMap { $0.trustDomain == trustDomain ? $0.certificates : nil }
        return (own ?? []) + (bundles[trustDomain]?.anchors ?? [])
    }
}

/// The current trust, read by every handshake and swapped as a whole.
public final class TrustStore: Sendable {
    /// What our own authorities have issued, and all that is taken of theirs; nil where we have none.
    public let issued: IssuedCertificates?
    private let box: NIOLockedValueBox<TrustSnapshot>

    /// Starts with these bundles at epoch 1; a later bundle of the same trust domain replaces an earlier one.
    public init(
        bundles: [TrustBundle], intermediates: KnownIntermediates? = nil,
        revocations: RevocationSet = RevocationSet(), issued: IssuedCertificates? = nil
    ) {
        self.issued = issued
        let byDomain = Dictionary(bundles.map { ($0.trustDomain, $0) }) { _, new in new }
        box = NIOLockedValueBox(
            TrustSnapshot(
                bundles: byDomain, intermediates: intermediates, revocations: revocations,
                epoch: 1))
    }

    /// The trust that holds now.
    public var snapshot: TrustSnapshot { box.withLockedValue { $0 } }

    /// The number of the current trust; it grows with every change.
    public var epoch: UInt64 { box.withLockedValue { $0.epoch } }

    /// Adds a bundle or replaces the one of the same trust domain.
    @discardableResult
    public func setBundle(_ bundle: TrustBundle) -> UInt64 {
        change { $0.bundles[bundle.trustDomain] = bundle }
    }

    /// Forgets a trust domain: all its SVIDs are untrusted from now on.
    @discardableResult
    public func removeBundle(trustDomain: String) -> UInt64 {
        change { $0.bundles[trustDomain] = nil }
    }

    /// Replaces the set of our own intermediates.
    @discardableResult
    public func setIntermediates(_ intermediates: KnownIntermediates?) -> UInt64 {
        change { $0.intermediates = intermediates }
    }

    /// Replaces all that hangs on our own authorities, at one moment.
    ///
    /// - Parameters:
    ///   - bundle: Our roots.
    ///   - intermediates: Those below them.
    ///   - refused: The key identifiers of authorities that are revoked.
    ///   - tainted: Those of tainted ones.
    func setAuthorities(
        _ bundle: TrustBundle, intermediates: KnownIntermediates, refused: Set<String>,
        tainted: Set<String>
    ) {
        _ = change {
            $0.bundles[bundle.trustDomain] = bundle
            $0.intermediates = intermediates
            $0.revocations.revokedKeyIDs.formUnion(refused)
            $0.revocations.taintedKeyIDs = tainted
        }
    }

    /// Replaces what is revoked and tainted.
    @discardableResult
    public func setRevocations(_ revocations: RevocationSet) -> UInt64 {
        change { $0.revocations = revocations }
    }

    /// Changes what is revoked and tainted in one step, so that two who change it lose nothing of each other's.
    @discardableResult
    public func revise(_ body: (inout RevocationSet) -> Void) -> UInt64 {
        change { body(&$0.revocations) }
    }

    private func change(_ body: (inout TrustSnapshot) -> Void) -> UInt64 {
        box.withLockedValue { snapshot in
            body(&snapshot)
            snapshot.epoch &+= 1
            return snapshot.epoch
        }
    }
}
