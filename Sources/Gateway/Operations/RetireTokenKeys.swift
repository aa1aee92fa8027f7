internal import Audit
internal import Auth
internal import Policy
internal import Time

/// Takes keys of our tokens their worth, because somebody else may have them: whatever they signed is refused from then on.
struct RetireTokenKeys: CredentialOperation {
    typealias Success = RetiredTokenKeys

    let selection: TokenKeySelection

    static var action: Action { .caRevoke }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: selection.resourceID) }

    func report(of retired: Success) -> OutcomeReport { OutcomeReport(detail: retired.detail) }

    func intentDetail(_ shown: Shown, in services: Services) -> [UInt8]? {
        services.tokens.detail(retiring: selection)
    }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        do throws(AuthError) {
            let retired = try services.tokens.retireKeys(
                selection, permit: permit, receipt: receipt,
                nowNanoseconds: services.clocks.wall())
            return retired.map { .success($0) } ?? .failure(.notFound("there is no such token key"))
        } catch {
            return .failure(Problem(error))
        }
    }
}
