import Foundation
import PKI
import Text
import Time

/// Renews an identity for as long as the process runs.
struct RenewalWatch {
    let renewal: IdentityRenewal
    let notice: RenewalNotice
    private let command = WatchedCommand()
    private let now = Clocks.system.wall

    /// How often the folder and the clock are looked at: whoever replaces the files or sets the clock need not tell us.
    private static let lookNanoseconds: Int64 = 5_000_000_000

    init(renewal: IdentityRenewal, notice: RenewalNotice) {
        self.renewal = renewal
        self.notice = notice
    }

    /// Returns never.
    ///
    /// - Throws: ``Failure`` once the identity has ended, or there is none.
    func run() async throws {
        var identity = try renewal.held()
        while true {
            let schedule = RenewalSchedule(identity)
            let due = schedule.dueNanoseconds(jitter: Double.random(in: 0..<1))
            identity = try await sleep(until: due, holding: identity)
            guard now() >= due || identity.endNanoseconds <= now() else { continue }
            identity = try await renew(identity, schedule)
        }
    }

    /// Waits; ends early, with what is there now, where somebody else has put another certificate in place.
    private func sleep(until due: Int64, holding identity: HeldIdentity) async throws
        -> HeldIdentity
    {
        while true {
            let left = Span.between(now(), due)
            guard left > 0 else { return identity }
            try await Task.sleep(for: .nanoseconds(min(left, Self.lookNanoseconds)))
            if let found = try? renewal.folder.held(), found != identity { return found }
        }
    }

    private func renew(
        _ identity: HeldIdentity, _ schedule: RenewalSchedule
    ) async throws -> HeldIdentity {
        var failures = 0
        while true {
            do {
                let renewed = try await renewal.renew()
                renewal.report(renewed)
                giveNotice()
                return renewed
            } catch let failure as Failure {
                failures += 1
                if let found = try? renewal.folder.held(), found != identity { return found }
                guard now() < identity.endNanoseconds else { throw ended(identity, failure) }
                let wait = schedule.waitNanoseconds(
                    afterFailures: failures, nowNanoseconds: now(),
                    jitter: Double.random(in: 0..<1))
                Terminal.error("\(failure.message)\nmaxine: not renewed, next try in \(text(wait))")
                try await Task.sleep(for: .nanoseconds(wait))
            }
        }
    }

    /// The new files are there, whoever hears of it.
    private func giveNotice() {
        do {
            try notice.sendSignal()
            try command.begin(notice)
        } catch {
            Terminal.error("\(error)")
        }
    }

    private func ended(_ identity: HeldIdentity, _ last: Failure) -> Failure {
        Failure(
            .notAuthenticated,
            """
            \(last.message)
            maxine: \(identity.spiffeID) ended at \(CivilTime.rfc3339(nanoseconds: identity.endNanoseconds)) and \
            can't be renewed any more
            Have a new one issued: maxine identity issue
            """)
    }

    private func text(_ nanoseconds: Int64) -> String {
        let tenths = nanoseconds / 100_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}

/// Runs the command of a notice, one at a time, and waits for none: what hangs there would hold up the next renewal.
private final class WatchedCommand {
    private var last: Process?

    /// - Throws: ``Failure``, also where the one before still runs.
    func begin(_ notice: RenewalNotice) throws {
        if let last, last.isRunning {
            throw Failure(
                .failed,
                "maxine: renewed, but the command of --exec still runs from the time before: it is not run again"
            )
        }
        last = try notice.begin { command in
            if let failure = RenewalNotice.failure(of: command) { Terminal.error(failure.message) }
        }
    }
}
