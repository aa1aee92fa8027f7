internal import Audit
internal import Policy
internal import Proofs

/// Tells one tile of the log's tree to anybody (C2SP tlog-tiles): hashes, and no records.
struct ReadTile: SlowOperation {
    let place: TilePlace

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
        do throws(AuditError) {
            let tile = try await services.checkpoints.tile(place)
            return tile.map { .success($0) } ?? .failure(.notFound("there is no such tile"))
        } catch {
            return .failure(
                Problem(
                    status: 503, code: "tile-unavailable", title: "tile unavailable",
                    detail: "the log's tiles can't be read now", retryAfterSeconds: 5))
        }
    }
}

/// Tells anybody the keys that ends of the log are verified by.
struct ReadLogKeys: SlowOperation {
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
        let keys = services.logKeys.published
        return .success(Array(keys.map { $0.text + "\n" }.joined().utf8))
    }
}
