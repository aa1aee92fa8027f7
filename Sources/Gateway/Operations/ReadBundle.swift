internal import Audit
internal import Auth
internal import PKI
internal import Policy

/// Tells other trust domains which authorities ours has, and by which keys its JWT-SVIDs verify.
struct ReadBundle: FastOperation {
    typealias Success = FederationBundle

    static var action: Action { .federationRead }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        do throws(PKIError) {
            return .success(
                try effects.services.tokens.bundle(
                    of: effects.services.authority, permit: permit, receipt: receipt))
        } catch {
            return .failure(.internalError(error.message))
        }
    }
}
