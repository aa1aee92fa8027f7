public import NIOCore

/// What the gateway says about a peer's certificates.
public enum PeerVerdict: Sendable {
    /// Let in; the payload comes back in `TLSFacts.peer`.
    case accepted(any Sendable)
    /// Refused with a stable code and a reason; already written to the audit log when the verdict is given.
    case refused(code: String, reason: String)
    /// To be refused, and written to the audit log, once the handshake has shown that the peer holds the certificate's key.
    case refusedOnceProven(PendingRefusal)
}

/// A refusal that waits for the proof that a certificate is its presenter's own.
public struct PendingRefusal: Sendable {
    let record: @Sendable () -> EventLoopFuture<Void>

    /// - Parameter record: Writes it to the audit log; called at most once, on the connection's event loop.
    public init(record: @escaping @Sendable () -> EventLoopFuture<Void>) {
        self.record = record
    }
}

/// A peer's address and the loop of its connection.
public struct PeerOrigin: Sendable {
    /// The peer's address, if it is known.
    public var remoteAddress: SocketAddress?
    /// The connection's event loop, on which all calls are made.
    public var eventLoop: any EventLoop
}

/// Judges client certificates; the gateway's.
///
/// INVARIANT: no byte of a connection reaches a `ConnectionHandler` before one of these gave `accepted` for it.
public protocol PeerGate: AnyObject, Sendable {
    /// Judges a presented chain, leaf first, not verified at all.
    func verify(chain: [[UInt8]], origin: PeerOrigin) -> EventLoopFuture<PeerVerdict>

    /// Judges the leaf of a resumed session again: the TLS library has not looked at it this time.
    func reverify(leaf: [UInt8], origin: PeerOrigin) -> EventLoopFuture<PeerVerdict>

    /// A handshake came to nothing, or was not begun; refusals by `verify` and `reverify` are not reported here again.
    func handshakeFailed(_ failure: HandshakeFailure, origin: PeerOrigin)
}

/// Why a handshake came to nothing.
public enum HandshakeFailure: Sendable, Equatable {
    /// The peer sent no certificate where one is required.
    case noClientCertificate
    /// A resumed session carries no certificate to judge.
    case nothingToReverify
    /// More or larger certificates than the limits allow.
    case chainTooLong
    /// The certificate's key usage does not allow signatures, as an authority's does not.
    case keyUsage
    /// The peer speaks no TLS version that is spoken here.
    case unsupportedVersion
    /// The peer speaks HTTP without TLS.
    case plaintext
    /// The peer did not finish in time.
    case timedOut
    /// Too many connections, or too many of its source, had not shown yet who they are.
    case crowdedOut
    /// The peer went away.
    case closedByPeer
    /// The peer sent more before its verdict than the limits allow.
    case tooEarlyData
    /// Something else, in the TLS library's words.
    case other(String)

    /// The stable code for audit records and metrics.
    public var code: String {
        switch self {
        case .noClientCertificate: "no_client_certificate"
        case .nothingToReverify: "nothing_to_reverify"
        case .chainTooLong: "chain_too_long"
        case .keyUsage: "key_usage"
        case .unsupportedVersion: "unsupported_version"
        case .plaintext: "plaintext"
        case .timedOut: "handshake_timeout"
        case .crowdedOut: "too_many_unproven"
        case .closedByPeer: "closed_by_peer"
        case .tooEarlyData: "too_early_data"
        case .other: "handshake_failed"
        }
    }

    /// One line for the audit record: what was wrong.
    public var reason: String {
        switch self {
        case .noClientCertificate: "the peer presented no certificate"
        case .nothingToReverify: "the resumed session carries no certificate"
        case .chainTooLong: "more or larger certificates than are taken"
        case .keyUsage:
            "the leaf certificate's key usage does not allow TLS signatures, as an authority's does not"
        case .unsupportedVersion: "the peer speaks no TLS version that is spoken here"
        case .plaintext: "the peer speaks HTTP without TLS"
        case .timedOut: "the peer did not finish the handshake in time"
        case .crowdedOut: "too many connections had not finished their handshake"
        case .closedByPeer: "the peer went away"
        case .tooEarlyData: "the peer sent more before its verdict than is held"
        case .other(let text): "the TLS library says: \(text)"
        }
    }

    /// Reads the TLS library's error.
    init(_ error: any Error) {
        let text = String(describing: error)
        if text.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE") {
            self = .noClientCertificate
        } else if text.contains("KEY_USAGE_BIT_INCORRECT") {
            self = .keyUsage
        } else if text.contains("UNSUPPORTED_PROTOCOL") || text.contains("WRONG_VERSION_NUMBER")
            || text.contains("PROTOCOL_VERSION")
        {
            self = .unsupportedVersion
        } else if text.contains("HTTP_REQUEST") {
            self = .plaintext
        } else if text.localizedEOF {
            self = .closedByPeer
        } else {
            self = .other(String(text.prefix(200)))
        }
    }
}

extension String {
    fileprivate var localizedEOF: Bool { contains("EOF") || contains("eof") }
}
