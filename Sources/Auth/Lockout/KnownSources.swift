import Policy
import Text

/// Where accounts have signed on from; only who signed on gets in here, so strangers can't fill it.
struct KnownSources: Sendable {
    private var accounts: [FoldedName: [IPAddress: Int64]] = [:]

    func holds(_ source: IPAddress?, of account: FoldedName) -> Bool {
        source.map { accounts[account]?[$0] != nil } ?? false
    }

    /// Of too many, the one is forgotten that was seen first.
    mutating func note(_ source: IPAddress?, of account: FoldedName, at now: Int64) {
        guard let source else { return }
        if accounts[account] == nil, accounts.count >= LockoutLimits.knownAccountsMax {
            let oldest = accounts.min { Self.last($0.value) < Self.last($1.value) }
            if let oldest { accounts[oldest.key] = nil }
        }
        var sources = accounts[account] ?? [:]
        sources[source] = now
        if sources.count > LockoutLimits.knownSourcesMax,
            let oldest = sources.min(by: { $0.value < $1.value })
        {
            sources[oldest.key] = nil
        }
        accounts[account] = sources
    }

    mutating func forget(_ account: FoldedName) { accounts[account] = nil }

    private static func last(_ sources: [IPAddress: Int64]) -> Int64 {
        sources.values.max() ?? .min
    }
}
