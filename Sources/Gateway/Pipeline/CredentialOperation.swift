package import Audit
package import Auth
internal import NIOConcurrencyHelpers
package import PKI
package import Policy

/// What a request showed: who sends it, and with what.
package struct Shown: Sendable {
    /// The principal that it is judged as.
    package let caller: Principal
    /// The request's own credential, else the connection's certificate; nil where there is none.
    package let credential: Credential?
    /// The connection's certificate.
    package let peer: VerifiedPeer?
    /// Where it comes from.
    package let address: IPAddress?
}

/// A slow operation on what the request itself shows: a sign-on, a sign-off, the caller's own sessions.
package protocol CredentialOperation: GatewayOperation {
    /// Whether it touches nothing but the caller's own; asked when it is decided, and what acts holds it against the permit.
    func isOwn(_ shown: Shown, in services: Services) -> Bool
    /// Why it may not be done although policy allows the action; asked before its intent is recorded.
    func fault(_ shown: Shown, in services: Services) -> Problem?
    /// What its intent record needs, where that hangs on who asks.
    func intentDetail(_ shown: Shown, in services: Services) -> [UInt8]?
    /// Who somebody without a credential claims to be, where that is somebody known.
    func claimed(in services: Services) -> Person?
    /// Does it; otherwise as a slow operation does.
    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem>
}

extension CredentialOperation {
    package func isOwn(_ shown: Shown, in services: Services) -> Bool { false }
    package func fault(_ shown: Shown, in services: Services) -> Problem? { nil }
    package func claimed(in services: Services) -> Person? { nil }
    package func intentDetail(_ shown: Shown, in services: Services) -> [UInt8]? { nil }
}

/// An operation as its caller asks it.
struct AskedByCaller: Asked {
    let action: Action
    let isChange: Bool
    let resource: Resource
    let detail: [UInt8]?

    func intentDetail(_ people: RecordedPeople) -> [UInt8]? { detail }
}

/// A call that has to be told what its request showed.
protocol ShownCall: SlowCall {
    func show(_ credential: Credential?, on peer: VerifiedPeer?)
}

final class BoundCredentialCall<Op: CredentialOperation>: ShownCall, BoundCall {
    let operation: Op
    private let encode: Encoder<Op>
    private let box = NIOLockedValueBox<(credential: Credential?, peer: VerifiedPeer?)>((nil, nil))

    init(_ operation: Op, encode: @escaping Encoder<Op>) {
        self.operation = operation
        self.encode = encode
    }

    func show(_ credential: Credential?, on peer: VerifiedPeer?) {
        box.withLockedValue { $0 = (credential, peer) }
    }

    private func shown(by caller: Principal, from address: IPAddress? = nil) -> Shown {
        let (credential, peer) = box.withLockedValue { $0 }
        return Shown(caller: caller, credential: credential, peer: peer, address: address)
    }

    func asked(by caller: Principal, in services: Services) -> AskedByCaller? {
        let shown = shown(by: caller)
        var resource = operation.resource
        resource.isOwn = operation.isOwn(shown, in: services)
        return AskedByCaller(
            action: action, isChange: isChange, resource: resource,
            detail: operation.intentDetail(shown, in: services))
    }

    func claimed(in services: Services) -> Person? { operation.claimed(in: services) }

    func fault(for asker: Asker, in services: Services) -> Problem? {
        operation.fault(
            shown(by: asker.standing.subject.principal, from: asker.address), in: services)
    }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services,
        as run: SlowRun
    ) async -> Settled {
        let asker = run.job.asker
        let shown = shown(by: asker.standing.subject.principal, from: asker.address)
        return .performed(
            Performed(
                operation,
                await operation.act(by: shown, permit: permit, receipt: receipt, in: services),
                encode))
    }
}
