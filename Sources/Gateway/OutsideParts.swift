package import Audit
package import Auth
package import PKI
package import Workers

/// What the gateway gets from outside; a test gives its own.
package struct OutsideParts: Sendable {
    /// Facades beside those of the gateway.
    package var tables: [ListenerName: [RouteTable]] = [:]
    /// Judges of credentials that are no certificate.
    package var authenticators: [any Authenticator] = []
    /// Those who vouch for people, beside those that are configured.
    package var providers: [any PersonProvider] = []
    /// What reads the answers of directories; nil for this program.
    package var workers: WorkerProgram?
    /// A keeper of the authorities' keys that makes new ones, in place of what is configured.
    package var keeper: (any OutsideCustody)?
    /// The bounds of calls that wait for others.
    package var slowLane = SlowLaneSettings()
    /// The journal's files.
    package var files: any FileSystem = PosixFileSystem()
    /// What the length of the journal's writes is taken by; nil for the machine's clock, since its disk is real.
    package var journalElapsed: (@Sendable () -> Int64)?
    /// How long the journal waits between attempts to recover; nil for as long as is usual.
    package var journalRetrySeconds: Double?

    /// In how long the body of a request must grow; nil for as long as is usual.
    package var bodyProgressNanoseconds: Int64?

    package init() {}
}
