internal import Auth
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle
internal import Time

/// Reads the keys of token issuers, at the start and again while the gateway runs; never on an event loop.
final class IssuerKeyReader: Service {
    /// What came of the last reading.
    private struct Reading {
        var beganNanoseconds: Int64
        var fault: String?
        /// Whether the keys were ever had.
        var isHad: Bool
    }

    private typealias Entry = (issuer: TokenIssuer, keys: IssuerKeys)

    private let issuers: [Entry]
    private let clock: @Sendable () -> Int64
    private let logger: Logger
    private let ticker: any Ticker
    /// By the issuer's name.
    private let readings = NIOLockedValueBox<[String: Reading]>([:])

    /// Reads keys for an authenticator; `clock` is that of durations.
    init(
        _ authenticator: TokenAuthenticator, clock: @escaping @Sendable () -> Int64,
        logger: Logger, ticker: any Ticker
    ) {
        issuers = authenticator.keys
        self.clock = clock
        self.logger = logger
        self.ticker = ticker
    }

    /// Reads the files before the first port is bound.
    ///
    /// - Throws: ``IssuerFault`` for the first that can't be used.
    func readFiles() throws(IssuerFault) {
        for entry in issuers {
            guard case .file(let path) = entry.issuer.keys else { continue }
            let began = clock()
            let fault = take(
                Result { () throws(KeyReadingFault) in try KeySetFile.read(path) }, entry)
            note(fault, of: entry.issuer, began)
            if let fault { throw IssuerFault(entry.issuer, fault) }
        }
    }

    func run() async {
        await ticker.run(.issuers, look)
    }

    /// Reads what is due, all issuers at once; what is under way when the gateway stops is given up.
    func look() async {
        let due = issuers.filter(isDue)
        if due.isEmpty { return }
        await cancelWhenGracefulShutdown { [self] in
            await withTaskGroup(of: Void.self) { group in
                for entry in due { group.addTask { await self.read(entry) } }
            }
        }
    }

    /// One line while the keys of some issuer can't be read.
    var note: String? {
        let readings = readings.withLockedValue { $0 }
        let faults = issuers.compactMap { issuer, _ in
            readings[issuer.name]?.fault.map { IssuerFault(issuer, $0).description }
        }
        return faults.isEmpty ? nil : faults.joined(separator: "; ")
    }

    private func isDue(_ entry: Entry) -> Bool {
        guard let last = readings.withLockedValue({ $0[entry.issuer.name] }) else { return true }
        let age = Span.between(last.beganNanoseconds, clock())
        if case .file = entry.issuer.keys { return age >= IssuerLimits.fileNanoseconds }
        guard last.isHad else { return age >= IssuerLimits.firstNanoseconds }
        let isSoon = last.fault != nil || entry.keys.isWanted
        return age >= (isSoon ? IssuerLimits.refetchNanoseconds : IssuerLimits.refreshNanoseconds)
    }

    private func read(_ entry: Entry) async {
        let began = clock()
        entry.keys.reading()
        let fetch = KeyFetch(issuer: entry.issuer)
        let text: Result<[UInt8], KeyReadingFault>
        do throws(KeyReadingFault) {
            switch entry.issuer.keys {
            case .file(let path): text = .success(try KeySetFile.read(path))
            case .address(let address): text = .success(try await fetch.keySet(at: address))
            case .discovery(let base):
                text = .success(try await fetch.keySet(discoveredAt: base))
            }
        } catch {
            text = .failure(error)
        }
        let fault = take(text, entry)
        let before = readings.withLockedValue { $0[entry.issuer.name]?.fault }
        note(fault, of: entry.issuer, began)
        if let fault, fault != before {
            let rest =
                entry.keys.isHad ? "those from before stay in force" : "its tokens are refused"
            logger.warning("\(IssuerFault(entry.issuer, fault)); \(rest)")
        } else if fault == nil, before != nil {
            logger.notice("the keys of the issuer \(entry.issuer.name) can be read again")
        }
    }

    /// Hands in what was read; says what is wrong with it, if anything.
    private func take(
        _ text: Result<[UInt8], KeyReadingFault>, _ entry: Entry
    ) -> String? {
        do {
            guard let ignored = try entry.keys.take(try text.get()) else { return nil }
            let rest = ignored == 0 ? "" : "; \(ignored) of them can't be used and are left out"
            logger.notice("keys of the issuer \(entry.issuer.name) read\(rest)")
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func note(_ fault: String?, of issuer: TokenIssuer, _ began: Int64) {
        readings.withLockedValue { readings in
            let isHad = fault == nil || readings[issuer.name]?.isHad ?? false
            readings[issuer.name] = Reading(
                beganNanoseconds: began, fault: fault, isHad: isHad)
        }
    }
}

/// Why the keys of an issuer can't be used.
struct IssuerFault: Error, CustomStringConvertible {
    let description: String

    init(_ issuer: TokenIssuer, _ fault: String) {
        let place = if case .file(let path) = issuer.keys { " from \(path)" } else { "" }
        description = "the keys of the issuer \(issuer.name) can't be read\(place): \(fault)"
    }
}
