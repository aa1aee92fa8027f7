internal import Audit
internal import PKI
internal import Policy

/// Makes the request for an intermediate that a root signs elsewhere.
struct RequestAuthority: SlowOperation {
    struct Success: Sendable {
        let csrPEM: String
    }

    static var action: Action { .caRotate }
    static var isChange: Bool { true }
    var resource: Resource { Resource() }

    func intentDetail(_ people: RecordedPeople) -> [UInt8]? { AuthorityDesk.request }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        do throws(PKIError) {
            let office = services.authorities.office
            let cleared = try office.clearRequest(permit: permit, receipt: receipt)
            return .success(
                Success(
                    csrPEM: try await services.keyThreads.run { () throws(PKIError) in
                        try office.request(cleared)
                    }))
        } catch {
            return .failure(Problem(error))
        }
    }
}
