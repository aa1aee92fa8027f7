internal import PKI
internal import Registry

/// The parts of the gateway that operations read and change.
///
/// Each takes a permit and a receipt; having this opens nothing.
struct Services: Sendable {
    let registry: Registry
    let authority: CertificateAuthority
    /// The lifetime of an SVID where the request names none.
    let svidTTLSeconds: Int
    let status: StatusSource
    let signOn: (any PasswordChecking)?
    let clock: @Sendable () -> Int64
}

/// What operations of one batch may use when they act: the parts, the ticket of their changes and the moment.
struct Effects: ~Copyable {
    let services: Services
    let ticket: ChangeTicket
    let nowNanoseconds: Int64

    var registry: Registry { services.registry }
}
