internal import Foundation
internal import GRPCCore
internal import Logging
internal import NIOConcurrencyHelpers
internal import SwiftProtobuf
internal import WorkloadAPI

/// Envoy's secret discovery service, version 3, state of the world.
///
/// It stands beside the Workload API on the same socket, with the same attestation (Workload Endpoint section 7).
struct SecretService: Envoy_Service_Secret_V3_SecretDiscoveryService.ServiceProtocol {
    typealias Question = Envoy_Service_Secret_V3_DiscoveryRequest
    typealias Answer = Envoy_Service_Secret_V3_DiscoveryResponse

    let desk: CallDesk
    let trustDomain: String
    let logger: Logger

    func fetchSecrets(
        request: ServerRequest<Question>, context: ServerContext
    ) async throws -> ServerResponse<Answer> {
        let call = try desk.admit(request.metadata, "FetchSecrets", needsHeader: false)
        let (resources, _) = try await resources(request.message.resourceNames, call)
        return ServerResponse(message: Self.answer(resources, nonce: ""))
    }

    func streamSecrets(
        request: StreamingServerRequest<Question>, context: ServerContext
    ) async throws -> StreamingServerResponse<Answer> {
        let call = try desk.admit(request.metadata, "StreamSecrets", needsHeader: false)
        return StreamingServerResponse { writer in
            let subscription = NIOLockedValueBox(Subscription())
            let (changes, finish) = desk.board.changes()
            let (wakes, continuation) = AsyncStream.makeStream(
                of: Void.self, bufferingPolicy: .bufferingNewest(1))
            try await withRPCCancellationHandler {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        defer { continuation.finish() }
                        for try await question in request.messages {
                            note(question, subscription)
                            continuation.yield()
                        }
                    }
                    group.addTask { for await _ in changes { continuation.yield() } }
                    for await _ in wakes {
                        try await tell(subscription, call, writer)
                    }
                    finish()
                    group.cancelAll()
                }
            } onCancelRPC: {
                finish()
                continuation.finish()
            }
            return [:]
        }
    }

    /// What one stream wants and has got.
    private struct Subscription {
        var names: [String]?
        var sent: [Google_Protobuf_Any] = []
        var nonce: UInt64 = 0
    }

    /// A question with a nonce answers an answer; only a new list of names asks for anything.
    private func note(_ question: Question, _ subscription: NIOLockedValueBox<Subscription>) {
        if question.hasErrorDetail {
            logger.warning(
                "a proxy refused its secrets",
                metadata: ["reason": "\(question.errorDetail.message.prefix(200))"])
        }
        let names = Array(question.resourceNames.prefix(AgentLimits.secretNamesMax + 1))
        subscription.withLockedValue { state in
            if state.names != names {
                state.names = names
                state.sent = []
            }
        }
    }

    private func tell(
        _ subscription: NIOLockedValueBox<Subscription>, _ call: AdmittedCall,
        _ writer: RPCWriter<Answer>
    ) async throws {
        guard let names = subscription.withLockedValue({ $0.names }) else { return }
        let (resources, _) = try await resources(names, call)
        let nonce: UInt64? = subscription.withLockedValue { state in
            guard state.sent != resources else { return nil }
            state.sent = resources
            state.nonce += 1
            return state.nonce
        }
        guard let nonce else { return }
        try await writer.write(Self.answer(resources, nonce: String(nonce)))
    }

    private func resources(
        _ names: [String], _ call: AdmittedCall
    ) async throws -> ([Google_Protobuf_Any], IdentitySnapshot) {
        guard names.count <= AgentLimits.secretNamesMax else {
            throw desk.refusal(call, .invalidArgument, "too many resource names")
        }
        let snapshot = desk.board.snapshot
        let entries = try await desk.entries(for: call, in: snapshot)
        let answers = X509Answers(
            snapshot: snapshot, trustDomain: trustDomain, nowNanoseconds: desk.clock())
        let (secrets, missing) = try SecretAnswers(answers: answers, entries: entries)
            .secrets(names)
        if let name = missing.first {
            throw desk.refusal(
                call, .permissionDenied, "no secret '\(name.prefix(100))' for this process")
        }
        let resources = try secrets.map { secret in
            var resource = Google_Protobuf_Any()
            resource.typeURL = SecretAnswers.secretType
            resource.value = try secret.serializedBytes()
            return resource
        }
        return (resources, snapshot)
    }

    private static func answer(_ resources: [Google_Protobuf_Any], nonce: String) -> Answer {
        var answer = Answer()
        answer.versionInfo = nonce.isEmpty ? "1" : nonce
        answer.typeURL = SecretAnswers.secretType
        answer.resources = resources
        answer.nonce = nonce
        return answer
    }
}
