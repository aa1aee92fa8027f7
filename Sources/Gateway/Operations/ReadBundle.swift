internal import Audit
internal import PKI
internal import Policy

/// Tells other trust domains which authorities ours has.
struct ReadBundle: FastOperation {
    typealias Success = [BundleAuthority]

    static var action: Action { .federationRead }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        do throws(PKIError) {
            return .success(
                try effects.services.authority.bundle(permit: permit, receipt: receipt))
        } catch {
            return .failure(.internalError(error.message))
        }
    }
}
