internal import Audit
internal import Policy
internal import Registry

/// Adds or replaces an instance and gives it a full lease.
struct Register: FastOperation {
    struct Success: Sendable {
        let isNew: Bool
        let index: UInt64
    }

    let registration: Registration

    static var action: Action { .serviceRegister }
    static var isChange: Bool { true }
    static var takesTurns: Bool { true }
    var resource: Resource {
        Resource(
            service: registration.service, namespace: registration.namespace,
            id: registration.id, tags: registration.tags)
    }
    var instance: InstanceName? {
        InstanceName(
            namespace: registration.namespace, service: registration.service, id: registration.id)
    }
    func intentDetail(_ people: RecordedPeople) -> [UInt8]? { registration.encodedDetail() }

    func report(of success: Success) -> OutcomeReport {
        OutcomeReport(status: success.isNew ? 201 : 200)
    }

    func reserve(
        _ claim: InstanceClaim, for principal: PrincipalDigest, in registry: Registry
    ) -> Problem? {
        registry.reserve(claim, for: principal).map { .noRoom($0, registration) }
    }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        let outcome = effects.registry.register(
            registration, permit: permit, receipt: receipt, ticket: effects.ticket,
            elapsedNanoseconds: effects.elapsedNanoseconds)
        switch outcome {
        case .created(let index):
            return .success(Success(isNew: true, index: index))
        case .updated(let index), .superseded(let index):
            return .success(Success(isNew: false, index: index))
        case .full:
            return .failure(.noRoom(.full, registration))
        case .overQuota(let quota):
            return .failure(.noRoom(.overQuota(quota), registration))
        case .refused(let mismatch):
            return .failure(.internalError("\(mismatch)"))
        }
    }
}

extension Problem {
    fileprivate static func noRoom(_ reason: NoRoom, _ registration: Registration) -> Problem {
        switch reason {
        case .overQuota(let quota): overQuota(quota, registration)
        case .full:
            Problem(
                status: 503, code: "catalogue-full", title: "catalogue full",
                detail: "the service or the catalogue holds as many instances as it may",
                retryAfterSeconds: 5)
        }
    }

    /// Waiting frees no quota, so this is no 429: clients and proxies send those again by themselves.
    private static func overQuota(
        _ quota: FullQuota, _ registration: Registration
    ) -> Problem {
        let (whose, limit, key) =
            switch quota {
            case .principal(let limit):
                ("you have", limit, ConfigurationName.registrationsPerPrincipal)
            case .namespace(let limit):
                (
                    "namespace \(registration.namespace) has", limit,
                    ConfigurationName.registrationsPerNamespace
                )
            }
        return Problem(
            status: 409, code: "too-many-registrations", title: "too many registrations",
            detail: "\(whose) \(limit) instances registered already, and \(key) is \(limit):"
                + " deregister some, or have it raised")
    }
}
