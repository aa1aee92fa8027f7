internal import Audit
internal import Auth
internal import Policy

/// Tells anybody by which keys our tokens verify.
struct ReadTokenKeys: FastOperation {
    typealias Success = [PublishedKey]

    static var action: Action { .federationRead }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        do throws(AuthError) {
            return .success(try effects.services.tokens.keys(permit: permit, receipt: receipt))
        } catch {
            return .failure(.internalError("\(error)"))
        }
    }
}

/// Tells anybody what there is of an OpenID provider here.
struct ReadIssuer: FastOperation {
    struct Success: Sendable {
        let issuer: String
    }

    static var action: Action { .federationRead }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        do throws(AuthError) {
            return .success(
                Success(
                    issuer: try effects.services.tokens.issuer(permit: permit, receipt: receipt)))
        } catch {
            return .failure(.internalError("\(error)"))
        }
    }
}
