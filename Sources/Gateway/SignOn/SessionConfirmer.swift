internal import Audit
internal import Auth
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle
internal import StrictJSON
internal import Text
internal import Time

/// Asks providers again about those who have sessions by their word: groups change, and people go.
///
/// A session whose provider refuses its holder ends at once; one whose provider can't be asked lives on for a while. What is open by a
/// session whose groups have changed is closed, so that it is judged by the new ones. Each change is on record before it is made.
final class SessionConfirmer: Service {
    private let sessions: SessionRing
    private let providers: PersonProviders
    private let live: LiveIndex
    private let journal: Journal
    private let clocks: Clocks
    private let logger: Logger
    private let ticker: any Ticker
    private let schedule: NIOLockedValueBox<ConfirmationSchedule>

    init(core: GatewayCore, providers: PersonProviders, logger: Logger, ticker: any Ticker) {
        sessions = core.services.sessions
        self.providers = providers
        live = core.services.live
        journal = core.journal
        clocks = core.services.clocks
        self.logger = logger
        self.ticker = ticker
        schedule = NIOLockedValueBox(
            ConfirmationSchedule(
                overdue: sessions.vouched.map(\.id), elapsedNanoseconds: clocks.elapsed()))
    }

    func run() async {
        await ticker.run(.confirmations) { await look() }
    }

    private func look() async {
        let vouched = sessions.vouched
        let gone = schedule.withLockedValue {
            $0.follow(vouched.map(\.id), elapsedNanoseconds: clocks.elapsed())
        }
        for provider in providers.all {
            for id in gone { provider.forget(session: id) }
            guard provider.canConfirm else { continue }
            await ask(provider, about: vouched.filter { $0.provider.isExactly(provider.name) })
        }
    }

    /// A few at a time; the first that can't be asked ends it for this round.
    private func ask(_ provider: any PersonProvider, about vouched: [VouchedSession]) async {
        let now = clocks.elapsed()
        var due = vouched.filter { one in
            schedule.withLockedValue {
                $0.isDue(one.id, everySeconds: provider.confirmSeconds, elapsedNanoseconds: now)
            }
        }[...]
        while !due.isEmpty, !Task.isShuttingDownGracefully {
            let some = due.prefix(ConfirmationLimits.atOnceMax)
            due = due.dropFirst(some.count)
            let isThere = await withTaskGroup(of: Bool.self) { group in
                for one in some { group.addTask { await self.confirm(one, by: provider) } }
                return await group.reduce(true) { $0 && $1 }
            }
            if !isThere { break }
        }
        for one in due { await endIfLate(one, provider) }
    }

    /// False where the provider can't be asked.
    private func confirm(_ one: VouchedSession, by provider: any PersonProvider) async -> Bool {
        do throws(ProviderFault) {
            let person = try await provider.confirm(one.person, one.handle, session: one.id)
            let somebody = try SignedOn(person, by: provider)
            guard person.name.isExactly(one.person) else {
                throw .refused(code: "name_changed", reason: "the provider calls them otherwise")
            }
            schedule.withLockedValue { $0.confirmed(one.id, elapsedNanoseconds: clocks.elapsed()) }
            await take(somebody, one)
            return true
        } catch {
            switch error {
            case .refused: await end(one, error)
            case .unavailable:
                logger.warning("\(provider.name) can't be asked about its sessions: \(error)")
                await endIfLate(one, provider)
                return false
            }
            return true
        }
    }

    private func take(_ somebody: SignedOn, _ one: VouchedSession) async {
        guard let change = sessions.change(of: one.id, to: somebody) else { return }
        do {
            _ = try await journal.record(ConfirmationRecord.change(of: one, change))
            try await sessions.renew(one.id, to: somebody, nowNanoseconds: clocks.wall())
        } catch {
            // The old groups must not go on counting: it is tried again in the next round.
            schedule.withLockedValue { $0.retry(one.id) }
            return logger.error("the groups of session \(one.id) are not changed yet: \(error)")
        }
        await live.end(named: [one.id])
    }

    private func endIfLate(_ one: VouchedSession, _ provider: any PersonProvider) async {
        let now = clocks.elapsed()
        guard schedule.withLockedValue({ $0.isLate(one.id, elapsedNanoseconds: now) }) else {
            return
        }
        await end(one, .unavailable(reason: "\(provider.name) could not be asked for too long"))
    }

    private func end(_ one: VouchedSession, _ fault: ProviderFault) async {
        do {
            _ = try await journal.record(ConfirmationRecord.end(of: one, fault))
            try await sessions.end(unvouched: [one.id])
        } catch let error as AuthError {
            logger.error("session \(one.id) has ended, and the store does not say so yet: \(error)")
        } catch {
            schedule.withLockedValue { $0.retry(one.id) }
            return logger.error("session \(one.id) is to end, which can't be recorded: \(error)")
        }
        await live.end(named: [one.id])
    }
}

/// What the log says when a provider takes its word back or changes it.
enum ConfirmationRecord {
    static func change(of one: VouchedSession, _ change: HolderChange) -> Record {
        var writer = begin(one)
        writer.raw(",\"added\":")
        writer.strings(Array(change.added.prefix(ConfirmationLimits.groupsRecordedMax)))
        writer.raw(",\"removed\":")
        writer.strings(Array(change.removed.prefix(ConfirmationLimits.groupsRecordedMax)))
        writer.raw("}")
        return Record(kind: .system, action: "session.confirm", detail: writer.bytes)
    }

    static func end(of one: VouchedSession, _ fault: ProviderFault) -> Record {
        var writer = begin(one)
        writer.raw("}")
        return Record(
            kind: .system, action: SessionRing.endAction, reason: fault.description,
            detail: writer.bytes)
    }

    private static func begin(_ one: VouchedSession) -> JSONWriter {
        var writer = JSONWriter(capacity: 192)
        writer.raw("{\"sessions\":")
        writer.strings([one.id])
        writer.raw(",\"provider\":")
        writer.string(one.provider)
        return writer
    }
}
