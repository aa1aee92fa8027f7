internal import Audit
internal import Auth
internal import Policy
internal import Proofs
internal import SAML

/// Takes a message of single logout that a browser brings from a SAML provider: its word that somebody has signed off there, or its answer
/// to ours (SAML Profiles section 4.4).
///
/// Whoever brings it is nobody, like whoever comes to sign on. The provider's signature is the proof: what ends has a record of its own
/// that names whose word it was.
struct SAMLLogout: CredentialOperation {
    typealias Success = Redirection

    /// The message as it came.
    enum Source: Sendable {
        /// The whole query, as it was sent.
        case query([UInt8])
        /// What stood in a form.
        case form(MessageKind, [UInt8], relayState: String?)
    }

    let provider: String
    let source: Source
    let cookies: [LoginCookie]
    /// Whether it came where browsers come.
    let isOfABrowser: Bool

    static var action: Action { .sessionCreate }
    var resource: Resource { Resource() }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        guard isOfABrowser else { return .failure(.peopleOnly) }
        switch Clearance.check(permit, receipt, for: WantedOperation(.sessionCreate)) {
        case .failure(let mismatch): return .failure(.internalError("\(mismatch)"))
        case .success: break
        }
        guard let provider = services.saml[provider] else {
            return .failure(.noSAMLProvider(provider))
        }
        guard services.saml.singleLogout(of: provider) != nil else {
            return .failure(.noSingleLogout(provider))
        }
        do {
            let message = try message
            switch message.kind {
            case .request:
                let (ids, fault, answer) = try await services.saml.end(by: message, of: provider)
                await services.endSessions(ids)
                if let fault { return .failure(Problem(fault)) }
                return .success(Redirection(address: answer, cookies: []))
            case .response:
                return .success(
                    try await services.saml.finishLogout(message, cookies, of: provider))
            }
        } catch {
            return .failure(Problem(saml: error, of: provider))
        }
    }

    private var message: BoundMessage {
        get throws(SAMLRefusal) {
            switch source {
            case .query(let query): try BoundMessage(query: query)
            case .form(let kind, let text, let relayState):
                try BoundMessage(kind, inForm: text, relayState: relayState)
            }
        }
    }
}

extension Problem {
    fileprivate static func noSingleLogout(_ provider: SAMLProvider) -> Problem {
        .notFound("\(provider.name) has no single logout: auth.saml.key is not set")
    }
}
