internal import PKI
internal import Time

/// Has somebody answer for each of our authorities: with a certificate that lives two days, is replaced when half of that is over, and is in the
/// log before it is used.
struct ResponderKeeper: Sendable {
    private let office: RevocationOffice
    private let clocks: Clocks
    private let attempts: SigningAttempts
    private let threads: KeyThreads

    init(_ office: RevocationOffice, _ parts: PublicationParts) {
        self.office = office
        clocks = parts.clocks
        attempts = parts.attempts("nobody answers about certificates of an authority")
        threads = parts.threads
    }

    /// One line while somebody is missing.
    var note: String? { attempts.note }

    /// Makes those that are due.
    func look() async {
        guard !attempts.isResting else { return }
        var faults: [String] = []
        let now = clocks.wall()
        for authority in office.dueResponders(nowNanoseconds: now) {
            do {
                let office = office
                let made = try await threads.run { () throws(PKIError) in
                    try office.makeResponder(of: authority, nowNanoseconds: now)
                }
                try await attempts.recorded(UnusedResponder.action, made.detail) {
                    try office.use(made, receipt: $0, boundTo: $1)
                }
            } catch {
                faults.append("\(authority): \(error)")
            }
        }
        attempts.finish(faults)
    }
}
