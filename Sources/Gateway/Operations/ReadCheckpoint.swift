internal import Audit
internal import Policy
internal import Proofs

/// Tells the log's end as its key signed it, or proves that it holds all of an older end.
struct ReadCheckpoint: SlowOperation {
    /// How many records the older end covered.
    let from: UInt64?

    typealias Success = [UInt8]

    static var action: Action { .auditVerify }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        switch Clearance.check(permit, receipt, for: WantedOperation(Self.action)) {
        case .failure(let mismatch): return .failure(.internalError(mismatch.reason))
        case .success: break
        }
        return await services.checkpoints.told { keeper in
            guard let from else { return try await keeper.checkpoint()?.bytes }
            return try await keeper.consistency(from: from)?.bytes
        }
    }
}

/// The same for anybody.
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
        return await services.checkpoints.told { try await $0.checkpoint()?.bytes }
    }
}

/// Proves that one record stands in the log.
struct ProveRecord: SlowOperation {
    let sequence: UInt64

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
        return await services.checkpoints.told { try await $0.proof(of: sequence)?.bytes }
    }
}

extension CheckpointKeeper {
    /// What can be told by the log's signed ends, or why nothing can.
    fileprivate func told(
        _ body: (CheckpointKeeper) async throws -> [UInt8]?
    ) async -> Result<[UInt8], Problem> {
        do {
            if let bytes = try await body(self) { return .success(bytes) }
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
