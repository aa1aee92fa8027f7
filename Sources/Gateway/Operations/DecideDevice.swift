internal import Audit
internal import Auth
internal import Policy
internal import Proofs

/// Confirms or refuses a program's sign-on for the person who is signed on in this browser.
struct DecideDevice: CredentialOperation {
    struct Success: Sendable {
        let request: DeviceRequest
        let isApproved: Bool
        /// Where the browser goes to tell the program; nil where that asks again by itself.
        let next: String?
    }

    let userCode: String
    /// The request that the person was shown.
    let id: String
    let isApproved: Bool

    static var action: Action { .sessionCreate }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: id) }

    func fault(_ shown: Shown, in services: Services) -> Problem? {
        guard let session = services.confirming(shown) else {
            return .notAuthenticated("a program is confirmed by a person's session")
        }
        if let problem = services.guess(userCode, shownAs: id, by: shown) { return problem }
        guard isApproved, let request = services.devices.find(userCode, shownAs: id),
            let other = services.otherProvider(session, request)
        else { return nil }
        return .otherProvider(other.name)
    }

    /// Both addresses: whose program it is, only the person knows.
    func intentDetail(_ shown: Shown, in services: Services) -> [UInt8]? {
        services.devices.find(userCode, shownAs: id).map {
            DeviceRecord.decision(
                isApproved, of: $0, by: services.people.person(behind: shown.caller))
        }
    }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        switch Clearance.check(permit, receipt, for: WantedOperation(.sessionCreate, id: id)) {
        case .failure(let mismatch): return .failure(.internalError("\(mismatch)"))
        case .success: break
        }
        guard let session = services.confirming(shown), let userCode = UserCode(userCode),
            services.devices.find("\(userCode)", shownAs: id) != nil,
            let answered = services.devices.answer(
                userCode, as: isApproved ? .approved(session: session.session.id) : .denied())
        else { return .failure(.userCodeUnknown) }
        let place = answered.request.wish.loopback
        return .success(
            Success(
                request: answered.request, isApproved: isApproved,
                next: place.map { place in
                    answered.code.map { place.address("code", $0) }
                        ?? place.address("error", "access_denied")
                }))
    }
}
