internal import NIOConcurrencyHelpers
internal import NIOCore

/// One accepted connection's process.
struct Peer: Sendable {
    let credentials: PeerCredentials
    /// Nil when the process was gone before it could be held.
    let process: ProcessHandle?
}

/// The processes behind the open connections, and how many calls each of their users has open.
///
/// The gRPC library shows a handler nothing of the connection, so each connection gets a random name, which the listener
/// puts into each of its calls' metadata; a name that a client sends is removed.
final class PeerTable: Sendable {
    private struct State {
        var peers: [String: Peer] = [:]
        var calls = 0
        var callsByUser: [UInt32: Int] = [:]
    }

    private let state = NIOLockedValueBox(State())

    /// Adds a connection; nil when there are as many as there may be.
    func add(_ peer: Peer) -> String? {
        let name = "\(UInt64.random(in: 0...(.max)))-\(UInt64.random(in: 0...(.max)))"
        return state.withLockedValue { state in
            guard state.peers.count < AgentLimits.connectionsMax else { return nil }
            state.peers[name] = peer
            return name
        }
    }

    /// Forgets a connection.
    func remove(_ name: String) {
        let peer = state.withLockedValue { $0.peers.removeValue(forKey: name) }
        // The descriptors are closed outside of the lock.
        withExtendedLifetime(peer) {}
    }

    /// The connection of a name.
    func peer(_ name: String) -> Peer? { state.withLockedValue { $0.peers[name] } }

    /// Counts a call in; says which limit is in the way.
    func beginCall(uid: UInt32) -> CallLimit? {
        state.withLockedValue { state in
            guard state.calls < AgentLimits.streamsMax else { return .all }
            guard state.callsByUser[uid, default: 0] < AgentLimits.streamsPerUserMax else {
                return .user
            }
            state.calls += 1
            state.callsByUser[uid, default: 0] += 1
            return nil
        }
    }

    /// Counts a call out.
    func endCall(uid: UInt32) {
        state.withLockedValue { state in
            state.calls -= 1
            let left = state.callsByUser[uid, default: 1] - 1
            state.callsByUser[uid] = left > 0 ? left : nil
        }
    }
}

/// A limit on calls that are open at once.
enum CallLimit: Equatable, Sendable {
    case all, user
}
