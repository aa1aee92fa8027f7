internal import GRPCCore
internal import NIOConcurrencyHelpers
internal import PKI
internal import WorkloadAPI

/// The SPIFFE Workload API (SPIFFE_Workload_API.md), X.509 and JWT profiles.
///
/// Every message of a stream is the whole state; the first is sent at once, the next ones on change (section 4.3).
struct WorkloadService: WorkloadSpiffeWorkloadAPI.ServiceProtocol {
    let desk: CallDesk
    let trustDomain: String
    let tokens: TokenDesk

    func fetchX509SVID(
        request: ServerRequest<WorkloadX509SVIDRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<WorkloadX509SVIDResponse> {
        try stream(request.metadata, "FetchX509SVID") { answers, entries in
            try answers.svids(of: entries)
        }
    }

    func fetchX509Bundles(
        request: ServerRequest<WorkloadX509BundlesRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<WorkloadX509BundlesResponse> {
        try stream(request.metadata, "FetchX509Bundles") { answers, entries in
            answers.bundles(of: entries)
        }
    }

    func fetchJWTBundles(
        request: ServerRequest<WorkloadJWTBundlesRequest>, context: ServerContext
    ) async throws -> StreamingServerResponse<WorkloadJWTBundlesResponse> {
        try stream(request.metadata, "FetchJWTBundles") { answers, entries in
            answers.tokenBundles(of: entries)
        }
    }

    func fetchJWTSVID(
        request: ServerRequest<WorkloadJWTSVIDRequest>, context: ServerContext
    ) async throws -> ServerResponse<WorkloadJWTSVIDResponse> {
        let call = try desk.admit(request.metadata, "FetchJWTSVID")
        return ServerResponse(message: try await tokens.fetch(request.message, for: call))
    }

    func validateJWTSVID(
        request: ServerRequest<WorkloadValidateJWTSVIDRequest>, context: ServerContext
    ) async throws -> ServerResponse<WorkloadValidateJWTSVIDResponse> {
        let call = try desk.admit(request.metadata, "ValidateJWTSVID")
        return ServerResponse(message: try await tokens.validate(request.message, for: call))
    }

    private func stream<Message: Equatable & Sendable>(
        _ metadata: Metadata, _ method: String,
        _ answer: @escaping @Sendable (X509Answers, [RegistrationEntry]) throws -> Message
    ) throws -> StreamingServerResponse<Message> {
        let call = try desk.admit(metadata, method)
        return StreamingServerResponse { writer in
            let last = NIOLockedValueBox<Message?>(nil)
            try await desk.follow {
                let snapshot = desk.board.snapshot
                let entries = try await desk.entries(for: call, in: snapshot)
                let answers = X509Answers(
                    snapshot: snapshot, trustDomain: trustDomain, nowNanoseconds: desk.clock())
                let message = try answer(answers, entries)
                let isNew = last.withLockedValue { last in
                    defer { last = message }
                    return last != message
                }
                guard isNew else { return }
                try await writer.write(message)
            }
            return [:]
        }
    }
}
