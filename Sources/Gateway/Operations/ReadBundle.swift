internal import Audit
internal import Auth
internal import PKI
internal import Policy
internal import Time

/// Tells other trust domains which authorities ours has, and by which keys its JWT-SVIDs verify.
struct ReadBundle: AskerOperation {
    typealias Success = FederationBundle

    static var action: Action { .federationRead }
    var resource: Resource { Resource() }

    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        do throws(PKIError) {
            let bundle = try services.tokens.bundle(
                of: services.authority, permit: permit, receipt: receipt)
            if let address = asker.address {
                services.authorities.office.adoption.noteFetch(
                    from: address.description, nowNanoseconds: services.clocks.wall())
            }
            return .success(bundle)
        } catch {
            return .failure(.internalError(error.message))
        }
    }
}
