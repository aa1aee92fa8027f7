internal import Audit
internal import Auth
internal import Policy
internal import StrictJSON

/// Tells a caller who it is taken for, how it proved itself, and what the policy makes of it.
struct WhoAmI: CallerOperation {
    var caller: Caller?
    let isChange = false
    let resource = Resource()

    func bound(to caller: Caller) -> any SlowOperation { WhoAmI(caller: caller) }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async -> SlowOutcome {
        guard let caller, permit.decisionID == receipt.decisionID,
            permit.operation.action == .sessionRead
        else { return SlowOutcome(.failure(.internalError("permit and receipt are not for this"))) }
        guard caller.principal.kind != .anonymous else {
            return SlowOutcome(
                .failure(
                    Problem(
                        status: 401, code: "not-authenticated", title: "not authenticated",
                        detail: "no certificate and no credential: you are nobody here",
                        challenge: #"Bearer realm="maxine""#)))
        }
        return SlowOutcome(.success(Answer(status: 200, json: encode(caller))))
    }

    private func encode(_ caller: Caller) -> [UInt8] {
        let principal = caller.principal
        let strength = caller.credential?.strength ?? .certificate
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"kind\":")
        writer.string(principal.kind.rawValue)
        writer.raw(",\"id\":")
        writer.string(principal.id)
        writer.raw(",\"authentication\":")
        writer.string(principal.authentication.rawValue)
        writer.raw(",\"strength\":")
        writer.string(strength.name)
        writer.raw(",\"roles\":")
        writer.strings(caller.subject.roles)
        writer.raw(",\"groups\":")
        writer.strings(
            principal.ldapGroups + principal.samlGroups
                + principal.oidcClaims.filter { $0.claim == "groups" }.map(\.value))
        writer.raw(",\"scopes\":")
        writer.strings(principal.apiKeyScopes)
        if let spiffeID = principal.spiffeID {
            writer.raw(",\"spiffeId\":")
            writer.string(spiffeID.description)
        }
        if let owner = caller.credential?.ceiling {
            writer.raw(",\"owner\":{\"kind\":")
            writer.string(owner.kind.rawValue)
            writer.raw(",\"id\":")
            writer.string(owner.id)
            writer.raw("}")
        }
        if let credential = caller.credential {
            writer.raw(",\"credential\":")
            writer.string(credential.credentialID)
            writer.raw(",\"expiresAt\":")
            writer.string(TimeText.rfc3339(nanoseconds: credential.expiresAtNanoseconds))
        }
        writer.raw("}")
        return writer.bytes
    }
}

extension CredentialStrength {
    fileprivate var name: String {
        switch self {
        case .none: "none"
        case .bearer: "bearer"
        case .multiFactor: "multi_factor"
        case .bound: "bound"
        case .certificate: "certificate"
        }
    }
}
