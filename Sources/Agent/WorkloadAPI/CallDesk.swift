internal import GRPCCore
internal import Logging
internal import NIOPosix
internal import PKI

/// One call that was let in; its place among the open calls is given back when it is let go.
final class AdmittedCall: Sendable {
    let peer: Peer
    let method: String
    private let peers: PeerTable

    init(peer: Peer, method: String, peers: PeerTable) {
        self.peer = peer
        self.method = method
        self.peers = peers
    }

    deinit {
        peers.endCall(uid: peer.credentials.uid)
    }
}

/// Lets calls in, attests their processes, and tells the gateway of those that it refuses.
struct CallDesk: Sendable {
    /// The header of Workload Endpoint section 3, which a browser or a proxy can't be made to send.
    static let securityHeader = "workload.spiffe.io"

    let peers: PeerTable
    let facts: WorkloadFacts
    let board: IdentityBoard
    let events: EventQueue
    let threads: NIOThreadPool
    let clock: @Sendable () -> Int64

    /// Lets a call in.
    ///
    /// - Throws: `RPCError`: invalidArgument without the header, resourceExhausted over a limit.
    func admit(
        _ metadata: Metadata, _ method: String, needsHeader: Bool = true
    ) throws -> AdmittedCall {
        let name = metadata[stringValues: PeerStamp.key].first { _ in true }
        guard let peer = name.flatMap({ peers.peer($0) }) else {
            throw RPCError(code: .internalError, message: "a call without a process")
        }
        if needsHeader {
            let values = Array(metadata[stringValues: Self.securityHeader])
            guard values == ["true"] else {
                throw refusal(
                    .invalidArgument, peer, method,
                    "the metadata '\(Self.securityHeader): true' is missing")
            }
        }
        switch peers.beginCall(uid: peer.credentials.uid) {
        case nil: return AdmittedCall(peer: peer, method: method, peers: peers)
        case .all: throw refusal(.resourceExhausted, peer, method, "too many calls are open")
        case .user:
            throw refusal(.resourceExhausted, peer, method, "the user has too many calls open")
        }
    }

    /// What the process of a call is, read anew each time: it may have become another program.
    ///
    /// - Throws: `RPCError`: permissionDenied when the process has ended.
    func attest(_ call: AdmittedCall, _ snapshot: IdentitySnapshot) async throws -> Set<
        WorkloadSelector
    > {
        let wantsDigest = snapshot.wantsDigests
        let found: Set<WorkloadSelector>? = try await threads.runIfActive { [facts] in
            guard let process = call.peer.process else { return nil }
            return facts.selectors(
                of: call.peer.credentials, process, wantsDigest: wantsDigest)
        }
        guard let found else {
            throw refusal(
                call, .permissionDenied, "the calling process has ended or changed its user")
        }
        return found
    }

    /// The entries of a call's process.
    ///
    /// - Throws: `RPCError`: unavailable before the gateway has told any, permissionDenied when there are none.
    func entries(
        for call: AdmittedCall, in snapshot: IdentitySnapshot
    ) async throws -> [RegistrationEntry] {
        guard snapshot.isSynced else {
            throw RPCError(
                code: .unavailable, message: "the agent has not heard from its gateway yet")
        }
        let entries = snapshot.entries(for: try await attest(call, snapshot))
        guard !entries.isEmpty else {
            throw refusal(call, .permissionDenied, "no identity is registered for this process")
        }
        return entries
    }

    /// A refusal, told to the gateway.
    func refusal(_ call: AdmittedCall, _ code: RPCError.Code, _ reason: String) -> RPCError {
        refusal(code, call.peer, call.method, reason)
    }

    private func refusal(
        _ code: RPCError.Code, _ peer: Peer, _ method: String, _ reason: String
    ) -> RPCError {
        events.add(
            WorkloadEvent(
                code: String(describing: code), method: method, reason: reason,
                uid: peer.credentials.uid, pid: peer.credentials.pid,
                path: peer.process?.link("exe")))
        return RPCError(code: code, message: reason)
    }

    /// Runs a body at once and after each change, until the client is gone.
    func follow(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let (changes, finish) = board.changes()
        try await withRPCCancellationHandler {
            for await _ in changes { try await body() }
        } onCancelRPC: {
            finish()
        }
    }
}
