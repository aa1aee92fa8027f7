internal import ServiceLifecycle

/// Work that comes round in intervals while the gateway runs.
package enum Round: Sendable, CaseIterable {
    /// Takes instances away whose leases have ended.
    case leases
    /// Looks whether the wall clock was set.
    case clock
    /// Ends connections whose certificate has expired.
    case certificates
    /// Looks whether the policy files have changed.
    case policy
    /// Looks whether the log's files are what was written.
    case log
    /// Judges anew who is being answered with streams.
    case streams
    /// Gives the listeners young TLS contexts, and a fresh certificate in time.
    case identity
    /// Writes the counts of what strangers caused.
    case noise
    /// Reads the keys of token issuers that are due.
    case issuers
    /// Reads what OpenID providers say of themselves when it is due.
    case openID
    /// Asks providers whether people have confirmed programs there.
    case devices
    /// Reads the metadata of SAML providers when it is due.
    case saml
    /// Writes when keys were used last.
    case keys
    /// Lets sign-ons go on that had to wait.
    case signOns
    /// Lets go of locks whose time is over.
    case locks
    /// Lets the keys of our tokens change.
    case tokenKeys
    /// Replaces authorities that are due.
    case authorities
    /// Ends sessions whose time is over.
    case sessions
    /// Asks providers again about those whom they vouched for.
    case confirmations
    /// Forgets revocations of certificates that have ended.
    case revocations
    /// Looks whether keys that are kept outside can sign.
    case keepers
    /// Signs lists of revoked certificates that are due.
    case publication
    /// Signs the end of the log.
    case checkpoints
    /// Has witnesses sign it.
    case witnesses
    /// Reads the log again.
    case reading
    /// Keeps the log's disk small.
    case space

    /// How long after one round the next one begins.
    package var interval: Duration {
        switch self {
        case .leases, .policy, .log, .clock, .certificates, .issuers, .openID, .saml, .devices,
            .locks, .authorities, .publication, .checkpoints,
            .reading, .space:
            .seconds(1)
        case .streams, .signOns, .witnesses: .milliseconds(250)
        case .identity: .seconds(240)
        case .keepers, .confirmations: .seconds(5)
        case .noise, .sessions: .seconds(10)
        case .keys, .tokenKeys, .revocations: .seconds(60)
        }
    }
}

/// Says when a round is due: time in the executable, the test's own word in a test.
package protocol Ticker: Sendable {
    /// Returns when the next round is due.
    ///
    /// - Throws: When there will be none, since the task was cancelled.
    func next(_ round: Round) async throws
}

/// A round is due when its interval is over.
package struct IntervalTicker: Ticker {
    package init() {}

    package func next(_ round: Round) async throws {
        try await Task.sleep(for: round.interval)
    }
}

extension Ticker {
    /// Works at each round until the gateway is told to stop.
    func run(_ round: Round, _ work: () async -> Void) async {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                try await cancelWhenGracefulShutdown { try await next(round) }
            } catch {
                return
            }
            await work()
        }
    }
}
