internal import Auth
internal import NIOConcurrencyHelpers
internal import PKI
internal import Time

/// Keeps the lists of revoked certificates ready: each is signed anew within a second of what changes it, and long before its end.
///
/// Every list is in the log before it is signed.
final class ListKeeper: Sendable {
    private struct State {
        var published: [String: SignedList] = [:]
        /// How many certificates the lists would name of authorities whose keys are kept elsewhere, and those that were made there do not.
        var elsewhere: [String: Int] = [:]
        /// What was looked at.
        var epoch: UInt64?
    }

    private let office: RevocationOffice
    private let certificates: CertificateRevocations
    private let clocks: Clocks
    private let attempts: SigningAttempts
    private let threads: KeyThreads
    private let state = NIOLockedValueBox(State())

    init(
        _ office: RevocationOffice, _ certificates: CertificateRevocations,
        _ parts: PublicationParts
    ) {
        self.office = office
        self.certificates = certificates
        clocks = parts.clocks
        attempts = parts.attempts("lists of revoked certificates are not signed")
        threads = parts.threads
    }

    /// One line while a list that is due is not there, or has to be made by somebody else.
    var note: String? {
        let unsaid = state.withLockedValue { $0.elsewhere.filter { $0.value > 0 } }
        let lines = unsaid.sorted { $0.key < $1.key }.map { authority, count in
            "of the certificates below \(authority) \(count) are revoked that no list of it names, and its key is not on this machine:"
                + " make its list where the key is, and install it with `maxine ca install-crl`"
        }
        let all = (attempts.note.map { [$0] } ?? []) + lines
        return all.isEmpty ? nil : all.joined(separator: "; ")
    }

    /// The list of an authority; nil where there is none that is good now.
    ///
    /// One that was made elsewhere stays until its end or the next one, though it may not name all: the others are still revoked.
    func list(of authority: String) -> SignedList? {
        let now = clocks.wall() / 1_000_000_000
        let lists = [
            state.withLockedValue { $0.published[authority] }, office.installed(authority),
        ]
        return lists.compactMap { $0 }.filter { now < $0.issue.nextUpdateSeconds }
            .max { $0.issue.number < $1.issue.number }
    }

    /// Whether the list of an authority is not made here, since its key is kept elsewhere.
    func isMadeElsewhere(_ authority: String) -> Bool {
        state.withLockedValue { $0.elsewhere[authority] != nil }
    }

    /// Signs what is due.
    func look() async {
        guard !attempts.isResting else { return }
        let epoch = office.epoch
        let now = clocks.wall()
        let isTime = state.withLockedValue { state in
            state.epoch != epoch || state.published.values.contains { Self.isOld($0, now) }
        }
        guard isTime || attempts.hasFailed else { return }
        let lists = office.lists(certificates.notices)
        let authorities = Set(lists.map(\.authority))
        state.withLockedValue { state in
            state.published = state.published.filter { authorities.contains($0.key) }
            state.elsewhere = state.elsewhere.filter { authorities.contains($0.key) }
        }
        var faults: [String] = []
        for list in lists where isDue(list, now) {
            do {
                try await publish(list, now)
            } catch {
                faults.append("\(list.authority): \(error)")
            }
        }
        state.withLockedValue { $0.epoch = epoch }
        attempts.finish(faults)
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
        guard try office.canSign(list) else {
            let unnamed = office.unnamed(list)
            // What is out is not true any more, or old.
            return state.withLockedValue { state in
                state.published[list.authority] = nil
                state.elsewhere[list.authority] = unnamed
            }
        }
        state.withLockedValue { $0.elsewhere[list.authority] = nil }
        guard list.count <= PublicationLimits.listedMax else {
            // What is out is not true any more.
            state.withLockedValue { $0.published[list.authority] = nil }
            throw TooManyRevoked(count: list.count)
        }
        let issue = office.nextIssue(nowNanoseconds: now)
        let signed = try await attempts.recorded(
            ListNumbers.action, office.detail(of: list, issue)
        ) { receipt, number in
            try await sign(office.clear(list, receipt: receipt, boundTo: number), issue, now)
        }
        guard let signed else { return }
        state.withLockedValue { $0.published[list.authority] = signed }
    }

    private func sign(
        _ cleared: Cleared<UnsignedList>, _ issue: ListIssue, _ now: Int64
    ) async throws(PKIError) -> SignedList? {
        let office = office
        return try await threads.run { () throws(PKIError) in
            try office.sign(cleared, issue, nowNanoseconds: now)
        }
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
