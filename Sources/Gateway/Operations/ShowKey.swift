internal import Audit
internal import Auth
internal import Policy

/// Shows what is known of one API key, without its secrets.
struct ShowKey: FastOperation {
    struct Success: Sendable {
        let shown: ShownAPIKey
        let nowNanoseconds: Int64
    }

    let id: String

    static var action: Action { .keyRead }
    var resource: Resource { Resource(id: id) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        do throws(AuthError) {
            let shown = try effects.services.keys.show(id, permit: permit, receipt: receipt)
            guard let shown else { return .failure(.notFound("there is no API key \(id)")) }
            return .success(Success(shown: shown, nowNanoseconds: effects.nowNanoseconds))
        } catch {
            return .failure(Problem(error))
        }
    }
}
