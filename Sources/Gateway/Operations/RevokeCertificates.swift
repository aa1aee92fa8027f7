internal import Audit
internal import Auth
internal import PKI
internal import Policy
internal import Time

/// Takes certificates their worth before their end, and closes what is open by them.
struct RevokeCertificates: AskerOperation {
    struct Success: Sendable {
        /// How many connections it ended.
        let ended: Int
    }

    let revocation: CertificateRevocation

    static var action: Action { .caRevoke }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: revocation.id) }

    func intentDetail(_ people: RecordedPeople) -> [UInt8]? { revocation.detail }

    func fault(for asker: Asker, in services: Services) -> Problem? {
        switch revocation.reach {
        case .authority(let keyID) where keyID == services.authority.keyID:
            return .stillSigning
        case .authority(let keyID) where services.authority.isRoot(keyID): return .root
        case .certificate(let serial, let issuer)
        where services.authority.isAuthority(serial: serial, issuer: issuer):
            return .authoritysOwn
        case .identity(let id, _) where services.authority.isOwn(id): return .registrysOwn
        case .identity(let id, blocksIssuance: true)
        where id == asker.standing.subject.principal.spiffeID:
            return .ownIdentity
        case .authority, .identity, .certificate: break
        }
        return services.certificates.refusal(of: revocation).map {
            Problem(
                status: 409, code: "too-many-revocations", title: "too many revocations",
                detail: $0.reason)
        }
    }

    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        let certificates = services.certificates
        do throws(AuthError) {
            try certificates.revoke(
                revocation, permit: permit, receipt: receipt,
                nowNanoseconds: services.clocks.wall())
        } catch {
            return .failure(Problem(error))
        }
        let ended = await services.endRevoked(owner, because: "revoked by \(revocation.id)")
        do throws(AuthError) {
            try await certificates.write()
        } catch {
            // What is revoked is so all the same, and the log has it.
            return .failure(Problem(error))
        }
        return .success(Success(ended: ended))
    }

    var suspends: LiveOwner? { owner }

    private var owner: LiveOwner {
        switch revocation.reach {
        case .certificate(let serial, _): LiveOwner(serial: serial)
        case .identity(let id, _): LiveOwner(identity: id)
        case .authority(let keyID): LiveOwner(authority: keyID)
        }
    }
}

extension Services {
    /// Closes at once what is open by certificates that were just revoked, and what is open by sessions that they opened.
    ///
    /// - Parameters:
    ///   - owner: What they have in common.
    ///   - reason: What the closing records of streams say.
    ///   - isCut: Whether nothing that was asked is answered any more.
    /// - Returns: How many connections there were.
    @discardableResult
    func endRevoked(
        _ owner: LiveOwner, because reason: String, isCut: Bool = true
    ) async -> Int {
        let ended: Int
        if isCut {
            ended = await live.cut(owner, because: reason)
        } else {
            ended = await live.end(owner, because: reason)
        }
        trustChanges.tell()
        await endSessions(sessions.revoked)
        return ended
    }
}

extension Problem {
    fileprivate static let stillSigning = Problem(
        status: 409, code: "authority-signs", title: "authority signs",
        detail: "that authority signs certificates now; have another one take its place first")

    fileprivate static let root = Problem(
        status: 409, code: "authority-is-root", title: "authority is the root",
        detail: "that is the root: without it no certificate of the trust domain is any good")

    fileprivate static let authoritysOwn = Problem(
        status: 409, code: "authoritys-own", title: "authority's own certificate",
        detail:
            "that is the serial number of an authority's certificate; an authority is revoked by its"
            + " key identifier: `maxine ca show` lists them")

    fileprivate static let registrysOwn = Problem(
        status: 409, code: "registrys-own", title: "registry's own identity",
        detail: "that identity is the registry's own; revoke its certificates by serial number")

    fileprivate static let ownIdentity = Problem(
        status: 409, code: "own-identity", title: "one's own identity",
        detail: "nobody blocks certificates of their own identity: nobody may be left who can allow"
            + " them again; have it done by somebody else")
}
