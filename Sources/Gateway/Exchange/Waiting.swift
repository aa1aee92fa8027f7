internal import Audit
internal import NIOCore
internal import Policy
internal import Wire

/// What waits until its record is on disk.
struct Waiting: ~Copyable {
    /// What happens when the record is durable.
    enum Next: ~Copyable {
        /// Do it, and answer what came of it.
        case perform(Command, Permit)
        /// Answer that it is refused or wrong.
        case refuse(Problem)
        /// Let the TLS handshake fail.
        case failHandshake(EventLoopPromise<Void>)
        /// Nothing: the connection is gone already.
        case nothing
    }

    let next: Next
    let reply: Reply?
}

/// Where an answer goes.
struct Reply {
    let connection: Connection
    let stream: StreamID
    let request: RequestID
    /// Who asked, for the outcome record of a change.
    let identity: IdentityFragment?
    /// Header fields of any answer to it, such as RateLimit.
    var fields: [Response.Field] = []
}
