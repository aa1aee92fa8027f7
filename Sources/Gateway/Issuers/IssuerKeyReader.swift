internal import Auth
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle
internal import Time

/// Reads the keys of token issuers, at the start and again while the gateway runs; never on an event loop.
final class IssuerKeyReader: Service {
    /// What came of the last reading.
    private struct Reading {
        var atNanoseconds: Int64
        var fault: String?
    }

    private let issuers: [(issuer: TokenIssuer, keys: IssuerKeys)]
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
        for (issuer, keys) in issuers {
            if let fault = read(issuer, keys) { throw IssuerFault(issuer, fault) }
        }
    }

    func run() async {
        await ticker.run(.issuers) { look() }
    }

    /// Reads what is due.
    func look() {
        for (issuer, keys) in issuers where isDue(issuer) {
            let before = readings.withLockedValue { $0[issuer.name]?.fault }
            let fault = read(issuer, keys)
            if let fault, fault != before {
                logger.warning("\(IssuerFault(issuer, fault)); those from before stay in force")
            } else if fault == nil, before != nil {
                logger.notice("the keys of the issuer \(issuer.name) can be read again")
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

    private func isDue(_ issuer: TokenIssuer) -> Bool {
        guard let last = readings.withLockedValue({ $0[issuer.name]?.atNanoseconds }) else {
            return true
        }
        return Span.between(last, clock()) >= IssuerLimits.fileNanoseconds
    }

    /// Reads the keys of one issuer; says what is wrong with them, if anything.
    private func read(_ issuer: TokenIssuer, _ keys: IssuerKeys) -> String? {
        keys.reading()
        let fault: String?
        do {
            switch issuer.keys {
            case .file(let path):
                note(try keys.take(try KeySetFile.read(path)), of: issuer)
            }
            fault = nil
        } catch {
            fault = "\(error)"
        }
        let now = clock()
        readings.withLockedValue { $0[issuer.name] = Reading(atNanoseconds: now, fault: fault) }
        return fault
    }

    private func note(_ ignored: Int?, of issuer: TokenIssuer) {
        guard let ignored else { return }
        let rest = ignored == 0 ? "" : "; \(ignored) of them can't be used and are left out"
        logger.notice("keys of the issuer \(issuer.name) read\(rest)")
    }
}

/// Why the keys of an issuer can't be used.
struct IssuerFault: Error, CustomStringConvertible {
    let description: String

    init(_ issuer: TokenIssuer, _ fault: String) {
        let place =
            switch issuer.keys {
            case .file(let path): path
            }
        description = "the keys of the issuer \(issuer.name) can't be read from \(place): \(fault)"
    }
}
