internal import Foundation
internal import GRPCCore
internal import NIOConcurrencyHelpers
internal import PKI
internal import Policy
internal import SwiftProtobuf
internal import WorkloadAPI

/// The JWT-SVID profile (Workload API section 6): tokens of the gateway, and their validation here.
struct TokenDesk: Sendable {
    let desk: CallDesk
    let trustDomain: String
    let source: any TokenSource
    let cache = TokenCache()

    /// One token for each identity of the caller, or for the one that it names.
    func fetch(
        _ request: WorkloadJWTSVIDRequest, for call: AdmittedCall
    ) async throws -> WorkloadJWTSVIDResponse {
        try check(request.audience, call)
        let wanted = try spiffeID(request.spiffeID, call)
        var entries = try await desk.entries(for: call, in: desk.board.snapshot)
        if let wanted { entries = entries.filter { $0.spiffeID == wanted } }
        guard !entries.isEmpty else {
            throw desk.refusal(
                call, .permissionDenied, "the identity that is asked for is not the caller's")
        }
        var response = WorkloadJWTSVIDResponse()
        var hints: Set<String> = []
        for entry in entries {
            var svid = WorkloadJWTSVID()
            svid.spiffeID = entry.spiffeID.description
            svid.svid = try await token(of: entry, request.audience)
            if !entry.hint.isEmpty, hints.insert(entry.hint).inserted { svid.hint = entry.hint }
            response.svids.append(svid)
        }
        return response
    }

    /// Validates a token wholly against the bundles that the caller gets (section 6.2.3).
    func validate(
        _ request: WorkloadValidateJWTSVIDRequest, for call: AdmittedCall
    ) async throws -> WorkloadValidateJWTSVIDResponse {
        guard !request.audience.isEmpty, !request.svid.isEmpty else {
            throw desk.refusal(call, .invalidArgument, "audience and svid are needed")
        }
        let snapshot = desk.board.snapshot
        let entries = try await desk.entries(for: call, in: snapshot)
        let domains = Set(entries.flatMap(\.federatesWith) + [trustDomain])
        let verifier = JWTSVIDVerifier(trust: desk.board.trust)
        switch verifier.verify(
            request.svid, audience: request.audience, nowNanoseconds: desk.clock())
        {
        case .success(let token) where domains.contains(token.spiffeID.trustDomain):
            var response = WorkloadValidateJWTSVIDResponse()
            response.spiffeID = token.spiffeID.description
            response.claims = Google_Protobuf_Struct(token.claims)
            return response
        case .success(let token):
            throw desk.refusal(
                call, .invalidArgument, "no bundle of \(token.spiffeID.trustDomain) for the caller")
        case .failure(let refusal):
            throw desk.refusal(call, .invalidArgument, "the token is not valid: \(refusal.reason)")
        }
    }

    private func token(of entry: RegistrationEntry, _ audience: [String]) async throws -> String {
        let now = desk.clock()
        if let known = cache.token(entry.id, audience), known.renewNanoseconds > now {
            return known.text
        }
        do {
            let token = try await source.token(of: entry, audience: audience)
            cache.set(token, entry.id, audience)
            return token.text
        } catch {
            // While the gateway is away a token serves to its end.
            if let known = cache.token(entry.id, audience), known.expiresNanoseconds > now {
                return known.text
            }
            throw RPCError(code: .unavailable, message: "no token: \(error)")
        }
    }

    private func check(_ audience: [String], _ call: AdmittedCall) throws {
        guard (1...AgentLimits.audiencesMax).contains(audience.count),
            audience.allSatisfy({ (1...AgentLimits.audienceBytesMax).contains($0.utf8.count) })
        else {
            throw desk.refusal(
                call, .invalidArgument,
                "1 to \(AgentLimits.audiencesMax) audiences of 1 to"
                    + " \(AgentLimits.audienceBytesMax) bytes are needed")
        }
    }

    private func spiffeID(_ text: String, _ call: AdmittedCall) throws -> SPIFFEID? {
        guard !text.isEmpty else { return nil }
        guard let id = try? SPIFFEID(parsing: text) else {
            throw desk.refusal(call, .invalidArgument, "spiffe_id is not a SPIFFE ID")
        }
        return id
    }
}
