internal import Audit
internal import PKI
internal import Policy
internal import StrictJSON

/// Makes operators' identities while the gateway runs; each is on record before it leaves.
struct OperatorDesk: Sendable {
    /// The action of records of what is made on the gateway's own machine.
    static let action = "operator.create"

    let store: TrustDomainStore
    let issuances: IssuanceLog
    let journal: Journal
    let threads: KeyThreads

    /// Issues what an operator asks for another, or for themselves.
    ///
    /// - Throws: `PKIError`, and nothing was issued; `AuditError`, and what was issued must not be handed out.
    func issue(
        _ request: OperatorRequest, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) async throws -> IssuedSVID {
        let issued = try await issue(
            store.clearOperator(request, permit: permit, receipt: receipt), now)
        try issuances.record([IssuedLeaf(issued)])
        return issued
    }

    /// Issues what somebody asks who may do as the gateway does: a user of its machine, whose number the log has.
    ///
    /// - Throws: As ``issue(_:permit:receipt:nowNanoseconds:)``.
    func issue(
        _ request: OperatorRequest, forUser user: UInt32, nowNanoseconds now: Int64
    ) async throws -> IssuedSVID {
        let number = UInt64.random(in: 1...UInt64.max)
        let receipt = try await journal.record(
            Record(
                kind: .system, action: Self.action, detail: detail(request, user, isDone: false),
                decisionID: number))
        let issued = try await issue(
            store.clearOperator(request, receipt: receipt, boundTo: number), now)
        try issuances.record([IssuedLeaf(issued)])
        _ = try await journal.record(
            Record(
                kind: .system, action: Self.action, detail: detail(request, user, isDone: true)))
        return issued
    }

    private func issue(
        _ cleared: Cleared<OperatorRequest>, _ now: Int64
    ) async throws(PKIError) -> IssuedSVID {
        let store = store
        return try await threads.run { () throws(PKIError) in
            try store.issueOperator(cleared, nowNanoseconds: now)
        }
    }

    private func detail(_ request: OperatorRequest, _ user: UInt32, isDone: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw(isDone ? "{\"done\":true,\"operator\":" : "{\"operator\":")
        writer.string(request.name)
        writer.raw(",\"key\":")
        writer.string(request.csr.publicKeyDigest)
        writer.raw(",\"uid\":")
        writer.integer(user)
        writer.raw("}")
        return writer.bytes
    }
}
