internal import Audit
internal import Policy
internal import Proofs

/// Which end of the log is told or proved by.
enum ToldEnd: Sendable {
    /// The newest, with the signatures that it has.
    case newest
    /// The newest that enough witnesses signed.
    case witnessed
}

/// Tells the log's end as its key signed it, and who of the witnesses has; or proves that it holds all of an older end.
struct ReadCheckpoint: SlowOperation {
    /// How many records the older end covered.
    var from: UInt64?
    var end = ToldEnd.newest
    /// Whether it is told how the witnesses stand.
    var isJSON = false

    struct Success: Sendable {
        let bytes: [UInt8]
        /// The end itself; nil where it is part of a proof.
        var checkpoint: Checkpoint?
        var witnesses: [WitnessState] = []
        /// Whether enough of them have signed this end.
        var isMet = false
    }

    static var action: Action { .auditVerify }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        switch Clearance.check(permit, receipt, for: WantedOperation(Self.action)) {
        case .failure(let mismatch): return .failure(.internalError(mismatch.reason))
        case .success: break
        }
        if let from {
            return await services.checkpoints.told { keeper in
                try await keeper.consistency(from: from).map { Success(bytes: $0.bytes) }
            }
        }
        let witnesses = services.witnesses
        if end == .witnessed, witnesses == nil { return .failure(.withoutWitnesses) }
        return await services.checkpoints.told { keeper in
            let told =
                end == .witnessed
                ? await witnesses?.checkpoint() : try await keeper.checkpoint()
            guard let told else { return nil }
            return Success(
                bytes: told.bytes, checkpoint: told, witnesses: await witnesses?.states ?? [],
                isMet: witnesses?.policy.isMet(by: told.signers) ?? false)
        }
    }
}

/// The same for anybody: the newest end that enough witnesses signed, where there are any.
struct ReadPublicCheckpoint: SlowOperation {
    typealias Success = [UInt8]

    static var action: Action { .federationRead }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        switch Clearance.check(permit, receipt, for: WantedOperation(Self.action)) {
        case .failure(let mismatch): return .failure(.internalError(mismatch.reason))
        case .success: break
        }
        if let witnessed = await services.witnesses?.checkpoint() {
            return .success(witnessed.bytes)
        }
        return await services.checkpoints.told { try await $0.checkpoint()?.bytes }
    }
}

/// Proves that one record stands in the log.
struct ProveRecord: SlowOperation {
    let sequence: UInt64
    var end = ToldEnd.newest
    /// Whether it is told as a COSE receipt.
    var isCOSE = false

    typealias Success = [UInt8]

    static var action: Action { .auditVerify }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        switch Clearance.check(permit, receipt, for: WantedOperation(Self.action)) {
        case .failure(let mismatch): return .failure(.internalError(mismatch.reason))
        case .success(let clearance):
            // Its own record is the last that there surely is.
            guard sequence <= clearance.sequence else {
                return .failure(.notFound("the log has no record \(sequence)"))
            }
        }
        let witnesses = services.witnesses
        if end == .witnessed, witnesses == nil { return .failure(.withoutWitnesses) }
        return await services.checkpoints.told { keeper in
            // Where the witnesses have none, so that there is one that they can sign with their next round; nobody waits for them here.
            var signed = await witnesses?.checkpoint(covering: sequence)
            if signed == nil {
                let newest = try await keeper.checkpoint(covering: sequence)
                signed = end == .newest ? newest : nil
            }
            guard let signed else { return nil }
            return isCOSE
                ? try await keeper.receipt(of: sequence, by: signed)?.bytes
                : try await keeper.proof(of: sequence, by: signed)?.bytes
        }
    }
}

extension Problem {
    fileprivate static var withoutWitnesses: Problem {
        .notFound("the log has no witnesses: audit.witnesses is not set")
    }
}

extension CheckpointKeeper {
    /// What can be told by the log's signed ends, or why nothing can.
    fileprivate func told<Told: Sendable>(
        _ body: (CheckpointKeeper) async throws -> Told?
    ) async -> Result<Told, Problem> {
        do {
            if let told = try await body(self) { return .success(told) }
            return .failure(
                Problem(
                    status: 503, code: "checkpoint-due", title: "not signed yet",
                    detail: "the log is not signed that far yet", retryAfterSeconds: 1))
        } catch {
            return .failure(
                Problem(
                    status: 503, code: "checkpoint-unavailable", title: "checkpoint unavailable",
                    detail: "the log's end can't be signed or proved now",
                    retryAfterSeconds: 5))
        }
    }
}
