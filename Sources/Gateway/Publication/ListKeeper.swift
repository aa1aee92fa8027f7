internal import Audit
internal import Auth
internal import Logging
internal import NIOConcurrencyHelpers
internal import PKI
internal import Time

/// Keeps the lists of revoked certificates ready: each is signed anew within a second of what changes it, and long before its end.
///
/// Every list is in the log before it is signed.
final class ListKeeper: Sendable {
    private struct State {
        var published: [String: SignedList] = [:]
        /// What was looked at.
        var epoch: UInt64?
        /// Why a list that is due is not there.
        var fault: String?
        /// The elapsed clock when an attempt failed last.
        var failedElapsed: Int64?
    }

    private let office: RevocationOffice
    private let certificates: CertificateRevocations
    private let journal: Journal
    private let clocks: Clocks
    private let logger: Logger
    private let state = NIOLockedValueBox(State())

    init(
        _ office: RevocationOffice, _ certificates: CertificateRevocations, journal: Journal,
        clocks: Clocks, logger: Logger
    ) {
        self.office = office
        self.certificates = certificates
        self.journal = journal
        self.clocks = clocks
        self.logger = logger
    }

    /// One line while a list that is due is not there.
    var note: String? { state.withLockedValue { $0.fault } }

    /// The list of an authority; nil where there is none that is good now.
    func list(of authority: String) -> SignedList? {
        let now = clocks.wall() / 1_000_000_000
        return state.withLockedValue { $0.published[authority] }.flatMap {
            now < $0.issue.nextUpdateSeconds ? $0 : nil
        }
    }

    /// Signs what is due.
    func look() async {
        let failed = state.withLockedValue { $0.failedElapsed }
        if let failed, Span.between(failed, clocks.elapsed()) < PublicationLimits.retryNanoseconds {
            return
        }
        let epoch = office.epoch
        let now = clocks.wall()
        let isTime = state.withLockedValue { state in
            state.epoch != epoch || state.published.values.contains { Self.isOld($0, now) }
        }
        guard isTime || failed != nil else { return }
        let lists = office.lists(certificates.notices)
        let authorities = Set(lists.map(\.authority))
        state.withLockedValue { state in
            state.published = state.published.filter { authorities.contains($0.key) }
        }
        var faults: [String] = []
        for list in lists where isDue(list, now) {
            do {
                try await publish(list, now)
            } catch {
                faults.append("\(list.authority): \(error)")
            }
        }
        finish(epoch, faults)
    }

    /// Whether a list says something else than the one that is out, or that one is old.
    private func isDue(_ list: UnsignedList, _ now: Int64) -> Bool {
        let known = state.withLockedValue { $0.published[list.authority] }
        return known.map { $0.digest != list.digest || Self.isOld($0, now) } ?? true
    }

    /// A clock that was set back makes every list old, since nobody takes one of the future.
    private static func isOld(_ list: SignedList, _ now: Int64) -> Bool {
        let age = now / 1_000_000_000 - list.issue.thisUpdateSeconds
        return age >= PublicationLimits.listRefreshSeconds || age < 0
    }

    private func publish(_ list: UnsignedList, _ now: Int64) async throws {
        guard try office.canSign(list) else { return }
        guard list.count <= PublicationLimits.listedMax else {
            // What is out is not true any more.
            state.withLockedValue { $0.published[list.authority] = nil }
            throw TooManyRevoked(count: list.count)
        }
        let issue = office.nextIssue(nowNanoseconds: now)
        let number = UInt64.random(in: 1...UInt64.max)
        let receipt = try await journal.record(
            Record(
                kind: .system, action: ListNumbers.action, detail: office.detail(of: list, issue),
                decisionID: number))
        guard
            let signed = try office.sign(
                list, issue, receipt: receipt, boundTo: number, nowNanoseconds: now)
        else { return }
        state.withLockedValue { $0.published[list.authority] = signed }
    }

    private func finish(_ epoch: UInt64, _ faults: [String]) {
        let fault =
            faults.isEmpty
            ? nil
            : "lists of revoked certificates are not signed: \(faults.joined(separator: "; "))"
        let elapsed = clocks.elapsed()
        let isNew = state.withLockedValue { state in
            defer { state.fault = fault }
            state.epoch = epoch
            state.failedElapsed = fault == nil ? nil : elapsed
            return state.fault != fault
        }
        if isNew, let fault { logger.error("\(fault)") }
    }
}

/// A list that would be so long that nobody could read it.
private struct TooManyRevoked: Error, CustomStringConvertible {
    let count: Int

    var description: String {
        "\(count) certificates of the authority are revoked, and a list names at most"
            + " \(PublicationLimits.listedMax): have another authority sign, and revoke this one"
    }
}
