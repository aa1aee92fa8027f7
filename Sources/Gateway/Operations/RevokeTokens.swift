internal import Audit
internal import Auth
internal import Policy

/// Takes tokens of an issuer their worth before their time.
struct RevokeTokens: FastOperation {
    struct Success: Sendable {}

    let revocation: TokenRevocation

    static var action: Action { .sessionRevoke }
    static var isChange: Bool { true }
    var resource: Resource { Resource() }
    func intentDetail(_ people: RecordedPeople) throws(AuthError) -> [UInt8]? {
        try revocation.detail(people.persons)
    }

    func report(of success: Success) -> OutcomeReport { OutcomeReport(status: 204) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        let revoked = effects.services.revocations.revoke(
            revocation, permit: permit, receipt: receipt,
            nowNanoseconds: effects.nowNanoseconds)
        return switch revoked {
        case .success(true): .success(Success())
        case .success(false):
            .failure(
                Problem(
                    status: 409, code: "too-many-revocations", title: "too many revocations",
                    detail: "no more single tokens or holders can be remembered as revoked;"
                        + " revoke all tokens of the provider"))
        case .failure(let mismatch): .failure(.internalError("\(mismatch)"))
        }
    }
}
