internal import Logging
internal import NIOConcurrencyHelpers
internal import PKI

/// Brings the board up to what the gateway says, and renews what it holds at half of its life.
final class IdentityKeeper: Sendable {
    private let board: IdentityBoard
    private let source: IdentitySource
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    /// Entries whose identity is being asked for, and when the next try of a failed one is.
    private let attempts = NIOLockedValueBox<[String: Attempt]>([:])

    private struct Attempt {
        var isRunning = false
        var failures = 0
        var nextNanoseconds: Int64 = 0
    }

    init(
        board: IdentityBoard, source: IdentitySource, logger: Logger,
        clock: @escaping @Sendable () -> Int64
    ) {
        self.board = board
        self.source = source
        self.logger = logger
        self.clock = clock
    }

    /// Takes a new state: bundles and removals at once, new identities together with their entries.
    func apply(_ content: AgentState.Content) async {
        board.set(content.bundles)
        let bundles = Dictionary(content.bundles.map { ($0.trustDomain, $0) }) { $1 }
        let held = board.snapshot.identities
        let fresh = content.entries.filter { held[$0.id] == nil }
        board.change { snapshot in
            snapshot.bundles = bundles
            let known = snapshot.entries.map(\.id)
            snapshot.entries = content.entries.filter { known.contains($0.id) }
            let ids = Set(content.entries.map(\.id))
            snapshot.identities = snapshot.identities.filter { ids.contains($0.key) }
            if fresh.isEmpty { snapshot.isSynced = true }
        }
        await obtain(fresh)
        board.change { snapshot in
            snapshot.entries = content.entries
            snapshot.isSynced = true
        }
    }

    /// Renews what is due, tries again what failed, and lets go of what has expired; called every second.
    func renewDue() async {
        let now = clock()
        let snapshot = board.snapshot
        let due = snapshot.entries.filter { entry in
            let isWanted = snapshot.identities[entry.id].map { $0.renewNanoseconds <= now } ?? true
            return isWanted
                && (attempts.withLockedValue { $0[entry.id]?.nextNanoseconds ?? 0 }) <= now
        }
        await obtain(due)
        if snapshot.identities.values.contains(where: { $0.expiresNanoseconds <= now }) {
            board.change { snapshot in
                snapshot.identities = snapshot.identities.filter {
                    $0.value.expiresNanoseconds > now
                }
            }
        }
    }

    /// Asks for all identities anew: an authority is tainted or the bundle lost what they chain to.
    func renewUntrusted() {
        let now = clock()
        let verifier = SVIDVerifier(trust: board.trust)
        board.change { snapshot in
            for (id, identity) in snapshot.identities {
                let chain = UnverifiedChain(derCertificates: identity.certificates)
                guard case .failure = verifier.verify(chain, nowNanoseconds: now) else { continue }
                snapshot.identities[id] = nil
            }
        }
    }

    private func obtain(_ entries: [RegistrationEntry]) async {
        let mine = attempts.withLockedValue { attempts in
            entries.filter { entry in
                guard attempts[entry.id]?.isRunning != true else { return false }
                attempts[entry.id, default: Attempt()].isRunning = true
                return true
            }
        }
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for entry in mine {
                if running >= AgentLimits.issuancesMax {
                    await group.next()
                    running -= 1
                }
                running += 1
                group.addTask { await self.obtain(entry) }
            }
        }
    }

    private func obtain(_ entry: RegistrationEntry) async {
        do throws(AgentError) {
            let identity = try await source.identity(of: entry)
            attempts.withLockedValue { $0[entry.id] = nil }
            board.change { $0.identities[entry.id] = identity }
            logger.info("identity issued", metadata: ["id": "\(entry.spiffeID)"])
        } catch {
            let now = clock()
            attempts.withLockedValue { attempts in
                var attempt = attempts[entry.id] ?? Attempt()
                attempt.isRunning = false
                attempt.failures += 1
                let seconds = Double(min(30, 1 << min(attempt.failures, 5)))
                attempt.nextNanoseconds =
                    now + Int64(seconds * Double.random(in: 0.5...1) * 1_000_000_000)
                attempts[entry.id] = attempt
            }
            logger.warning(
                "no identity", metadata: ["id": "\(entry.spiffeID)", "reason": "\(error)"])
        }
    }
}
