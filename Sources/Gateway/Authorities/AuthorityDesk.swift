package import Audit
internal import NIOConcurrencyHelpers
package import PKI
package import Policy

/// Takes the steps of our authorities, and has what stands on them follow at once.
package final class AuthorityDesk: Sendable {
    package let office: AuthorityOffice
    private let threads: KeyThreads
    private let followers = NIOLockedValueBox<[@Sendable () -> Void]>([])

    init(_ office: AuthorityOffice, _ threads: KeyThreads) {
        self.office = office
        self.threads = threads
    }

    /// Names what is done after each step: new certificates of the gateway's own, and TLS contexts.
    func onStep(_ body: @escaping @Sendable () -> Void) {
        followers.withLockedValue { $0.append(body) }
    }

    /// Takes a step that was asked for; when it returns, the gateway's own certificates are of the authority that signs.
    ///
    /// - Throws: `PKIError`; then all is as it was.
    package func take(
        _ step: AuthorityStep, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) async throws(PKIError) -> AuthorityChange {
        try await take(office.clear(step, permit: permit, receipt: receipt), now)
    }

    /// The same for a step that is due, or that a user of the gateway's machine asks for: one system record says that it is taken, another what
    /// came of it.
    ///
    /// - Throws: `AuditError`, and nothing was done; `PKIError`, and all is as it was.
    func take(
        _ step: AuthorityStep, _ journal: Journal, forUser user: UInt32? = nil,
        nowNanoseconds now: Int64
    ) async throws -> AuthorityChange {
        let number = UInt64.random(in: 1...UInt64.max)
        let receipt = try await journal.record(
            Record(
                kind: .system, action: step.action.name, detail: Self.detail(step.detail, by: user),
                decisionID: number))
        let change: AuthorityChange
        do throws(PKIError) {
            change = try await take(
                office.clear(step, receipt: receipt, boundTo: number), now)
        } catch {
            _ = try? await journal.record(
                Record(
                    kind: .system, action: step.action.name,
                    reason: "\(step.name) not done: \(error.message)"))
            throw error
        }
        _ = try? await journal.record(
            Record(kind: .system, action: step.action.name, detail: change.detail))
        return change
    }

    /// Makes the request for an intermediate that a root signs elsewhere, for a user of the gateway's machine; recorded before and after.
    ///
    /// - Throws: `AuditError`, and nothing was done; `PKIError`.
    func request(_ journal: Journal, forUser user: UInt32) async throws -> String {
        let number = UInt64.random(in: 1...UInt64.max)
        let action = Action.caRotate.name
        let receipt = try await journal.record(
            Record(
                kind: .system, action: action, detail: Self.detail(Self.request, by: user),
                decisionID: number))
        let cleared = try office.clearRequest(receipt: receipt, boundTo: number)
        let office = office
        let csr = try await threads.run { () throws(PKIError) in try office.request(cleared) }
        _ = try? await journal.record(Record(kind: .system, action: action, detail: Self.done))
        return csr
    }

    /// What the record of a request says.
    static let request = Array(#"{"step":"csr"}"#.utf8)
    /// What its record says once it is made.
    static let done = Array(#"{"done":true}"#.utf8)

    /// The detail of a record, with the number of the user who asks.
    static func detail(_ detail: [UInt8], by user: UInt32?) -> [UInt8] {
        guard let user, detail.last == UInt8(ascii: "}") else { return detail }
        return detail.dropLast() + Array(",\"uid\":\(user)}".utf8)
    }

    private func take(
        _ cleared: Cleared<ClearedStep>, _ now: Int64
    ) async throws(PKIError) -> AuthorityChange {
        try await threads.run { () throws(PKIError) in
            let change = try self.office.take(cleared, nowNanoseconds: now)
            self.follow()
            return change
        }
    }

    private func follow() {
        for body in followers.withLockedValue({ $0 }) { body() }
    }
}
