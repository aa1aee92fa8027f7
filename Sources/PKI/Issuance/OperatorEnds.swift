import NIOConcurrencyHelpers

/// When the certificates of operators end: nobody renews them by itself, so somebody has to be told in time.
public final class OperatorEnds: Sendable {
    /// The last certificate of one operator.
    public struct Held: Sendable, Equatable {
        /// What the operator is called.
        public let name: String
        /// When it was issued, nanoseconds since the Unix epoch.
        public let issuedNanoseconds: Int64
        /// When it ends, nanoseconds since the Unix epoch.
        public let endNanoseconds: Int64
    }

    private let trustDomain: String
    private let held = NIOLockedValueBox<[String: Held]>([:])

    init(trustDomain: String) { self.trustDomain = trustDomain }

    /// Takes note of a certificate, if it is an operator's; of each the one that ends last counts.
    public func note(_ spiffeID: String, issuedNanoseconds issued: Int64, endNanoseconds end: Int64)
    {
        let prefix = "spiffe://\(trustDomain)/operator/"
        guard spiffeID.hasPrefix(prefix) else { return }
        let name = String(spiffeID.dropFirst(prefix.count))
        held.withLockedValue { held in
            guard held[name].map({ $0.endNanoseconds <= end }) ?? true else { return }
            guard held[name] != nil || held.count < PKILimits.operatorsMax else { return }
            held[name] = Held(name: name, issuedNanoseconds: issued, endNanoseconds: end)
        }
    }

    /// All that have not ended, or not long ago, by name.
    public func all(nowNanoseconds now: Int64) -> [Held] {
        held.withLockedValue { held in
            held = held.filter { entry in
                let since = now.subtractingReportingOverflow(entry.value.endNanoseconds)
                return !since.overflow && since.partialValue <= PKILimits.endedOperatorNanoseconds
            }
            return held.values.sorted { $0.name < $1.name }
        }
    }
}

extension TrustStore {
    /// The operators whose certificates are not revoked, and when each ends.
    public func operators(nowNanoseconds now: Int64) -> [OperatorEnds.Held] {
        guard let issued else { return [] }
        let revocations = snapshot.revocations
        return issued.operators.all(nowNanoseconds: now).filter { held in
            guard
                let id = try? TrustDomainNames.operatorID(
                    held.name, trustDomain: issued.trustDomain),
                let cut = revocations.issuedAfter(id)
            else { return true }
            return held.issuedNanoseconds / PKILimits.nanosecondsPerSecond > cut
        }
    }
}
