internal import Audit
internal import Auth
internal import Logging
internal import Policy
internal import Time

/// Has a person erased that another operator has proposed: their key goes, and with it whatever tells who they are.
struct ConfirmErasure: CredentialOperation {
    struct Success: Sendable {
        let erasure: Erasure
        /// What they lost.
        let ended: ErasedCredentials
    }

    let id: String

    static var action: Action { .auditErase }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: id) }

    func report(of success: Success) -> OutcomeReport {
        OutcomeReport(status: 200, detail: Erasure.doneDetail)
    }

    func intentDetail(_ shown: Shown, in services: Services) -> [UInt8]? {
        let desk = services.erasures
        return desk.ledger.find(id, nowNanoseconds: services.clocks.wall()).map {
            $0.confirmingDetail(ending: desk.credentials(of: $0))
        }
    }

    func fault(_ shown: Shown, in services: Services) -> Problem? {
        services.erasures.ledger.fault(
            confirming: id, by: shown.caller, nowNanoseconds: services.clocks.wall()
        ).map { Problem($0) }
    }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        let ledger = services.erasures.ledger
        do throws(AuthError) {
            let confirmed = try ledger.confirm(
                id, by: shown.caller, permit: permit, receipt: receipt,
                nowNanoseconds: services.clocks.wall())
            switch confirmed {
            case .failure(let refusal): return .failure(Problem(refusal))
            case .success(let erasure):
                let ended = try await services.erase(erasure)
                ledger.finish(id)
                return .success(Success(erasure: erasure, ended: ended))
            }
        } catch {
            services.erasures.logger.error("erasure \(id) is not finished: \(error)")
            return .failure(Problem(error))
        }
    }
}

/// Takes a proposal to erase somebody back.
struct WithdrawErasure: SlowOperation {
    typealias Success = Void

    let id: String

    static var action: Action { .auditErase }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: id) }
    func intentDetail(_ people: RecordedPeople) -> [UInt8]? { Erasure.withdrawingDetail }

    func report(of success: Success) -> OutcomeReport {
        OutcomeReport(status: 204, detail: Erasure.doneDetail)
    }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        do throws(AuthError) {
            return try services.erasures.ledger.withdraw(
                id, permit: permit, receipt: receipt, nowNanoseconds: services.clocks.wall()
            ).mapError { Problem($0) }
        } catch {
            return .failure(Problem(error))
        }
    }
}

/// Lists the erasures that wait for a second operator.
struct ListErasures: SlowOperation {
    typealias Success = [Erasure]

    static var action: Action { .auditErase }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        do throws(AuthError) {
            return .success(
                try services.erasures.ledger.list(
                    permit: permit, receipt: receipt, nowNanoseconds: services.clocks.wall()))
        } catch {
            return .failure(Problem(error))
        }
    }
}
