internal import Audit
internal import Auth
internal import Policy

/// Signs the caller off: ends the session that the request came by, or all of his.
struct CloseSession: CredentialOperation {
    struct Success: Sendable {
        /// Where a browser signs off at the provider as well; nil where that is not offered.
        let next: String?
        /// What the browser takes along there.
        let cookies: [String]
    }

    let everywhere: Bool

    static var action: Action { .sessionRevoke }
    static var isChange: Bool { true }
    var resource: Resource { Resource() }

    func report(of success: Success) -> OutcomeReport {
        OutcomeReport(status: success.next == nil ? 204 : 200)
    }

    func isOwn(_ shown: Shown, in services: Services) -> Bool { true }

    func intentDetail(_ shown: Shown, in services: Services) -> [UInt8]? {
        selection(shown, services).map {
            SessionRing.detail(ending: services.sessions.ids($0))
        }
    }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        guard let selection = selection(shown, services) else { return .failure(.noSession) }
        // Asked before the session is forgotten.
        let next = shown.credential.flatMap { services.sessions.id(of: $0) }
            .flatMap { services.endElsewhere($0) }
        return await services.end(
            selection, id: nil, permit: permit, receipt: receipt, because: "signed off"
        ).map { _ in Success(next: next?.address, cookies: next?.cookies ?? []) }
    }

    private func selection(_ shown: Shown, _ services: Services) -> SessionSelection? {
        if everywhere { return .holder(kind: shown.caller.kind, id: shown.caller.id) }
        return shown.credential.flatMap { services.sessions.id(of: $0) }.map { .one($0) }
    }
}

/// Ends sessions: one by its id, or all of a holder; without either, all of the caller's.
struct EndSessions: CredentialOperation {
    typealias Success = Void

    /// The one that is meant.
    var id: String?
    /// Whose are meant, as records name users: `PROVIDER/NAME`.
    var holder: String?

    static var action: Action { .sessionRevoke }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: id) }

    func report(of success: Success) -> OutcomeReport { OutcomeReport(status: 204) }

    func isOwn(_ shown: Shown, in services: Services) -> Bool {
        if let id { return services.sessions.isOwn(id, of: shown.caller) }
        return holder == nil
    }

    func intentDetail(_ shown: Shown, in services: Services) -> [UInt8]? {
        SessionRing.detail(ending: services.sessions.ids(selection(shown)))
    }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        let ended = await services.end(
            selection(shown), id: id, permit: permit, receipt: receipt,
            because: "the session was ended")
        return ended.flatMap { ids in
            if let id, ids.isEmpty { return .failure(.notFound("there is no session \(id)")) }
            return .success(())
        }
    }

    private func selection(_ shown: Shown) -> SessionSelection {
        if let id { return .one(id) }
        return SessionSelection(holder: holder, or: shown.caller)
    }
}

extension SessionSelection {
    /// All of somebody's who is named as records name them, or of the caller.
    init(holder: String?, or caller: Principal) {
        guard let holder else {
            self = .holder(kind: caller.kind, id: caller.id)
            return
        }
        self = .holder(kind: holder.hasPrefix("spiffe://") ? .operator : .user, id: holder)
    }
}

extension Services {
    /// Where a browser signs off at the provider of a session as well; nil where that is not offered.
    func endElsewhere(_ session: String) -> Redirection? {
        openID.endSession(of: session).map { Redirection(address: $0, cookies: []) }
            ?? saml.beginLogout(of: session)
    }

    /// Ends sessions, and what is open by them, also where the store can't be written.
    fileprivate func end(
        _ selection: SessionSelection, id: String?, permit: consuming Permit,
        receipt: consuming Receipt, because reason: String
    ) async -> Result<[String], Problem> {
        let meant = sessions.ids(selection)
        do throws(AuthError) {
            let ended = try await sessions.end(selection, id: id, permit: permit, receipt: receipt)
            await endSessions(ended)
            return .success(ended)
        } catch {
            if case .store = error { await endSessions(meant) }
            return .failure(Problem(error))
        }
    }
}

extension Problem {
    fileprivate static let noSession = Problem(
        status: 409, code: "no-session", title: "no session",
        detail: "this request came by no session; say {\"everywhere\":true} to end all of yours")
}
