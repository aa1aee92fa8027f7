internal import Audit
internal import Auth
internal import Policy
internal import Proofs
internal import Time

/// Shows somebody who is signed on what a code that they typed would let in; leads others to sign on first.
struct ShowDevice: CredentialOperation {
    enum Success: Sendable {
        /// They have to sign on, at this provider if one is named, and come back.
        case signOn(provider: String?, kind: ProviderKind?)
        /// They have to type a code.
        case empty(holder: String)
        case found(FoundDevice)
    }

    /// What was typed, or stood in the address.
    let userCode: String?
    /// The provider by which the person is to be signed on.
    let provider: String?

    static var action: Action { .sessionCreate }
    var resource: Resource { Resource() }

    func fault(_ shown: Shown, in services: Services) -> Problem? {
        guard let userCode, services.confirming(shown) != nil else { return nil }
        return services.guess(userCode, by: shown)
    }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        switch Clearance.check(permit, receipt, for: WantedOperation(.sessionCreate)) {
        case .failure(let mismatch): return .failure(.internalError("\(mismatch)"))
        case .success: break
        }
        let named = provider.flatMap { services.providers[$0] }
        guard let session = services.confirming(shown) else {
            return .success(.signOn(provider: named?.name, kind: named?.kind))
        }
        guard let userCode else { return .success(.empty(holder: session.holder.id)) }
        guard let request = services.devices.find(userCode) else {
            return .failure(.userCodeUnknown)
        }
        return .success(
            .found(
                FoundDevice(
                    request: request, holder: session.holder.id, address: shown.address,
                    nowNanoseconds: services.clocks.wall(),
                    endNanoseconds: session.session.endsNanoseconds,
                    otherProvider: services.otherProvider(session, request))))
    }
}

/// A program that waits, as the person sees it who is to confirm it.
struct FoundDevice: Sendable {
    let request: DeviceRequest
    /// Who would be signed on there.
    let holder: String
    /// Where the person is.
    let address: IPAddress?
    let nowNanoseconds: Int64
    /// When the program's session would end at the latest.
    let endNanoseconds: Int64
    /// The provider that the program asks for, where the person is signed on by another.
    let otherProvider: (name: String, kind: ProviderKind)?
}

extension Services {
    /// The session by which somebody may confirm a program; nil for who came by none.
    func confirming(_ shown: Shown) -> DerivableSession? {
        shown.credential.flatMap { sessions.id(of: $0) }.flatMap {
            sessions.derivable($0, nowNanoseconds: clocks.wall())
        }
    }

    /// Why a code is not looked at, or is none; each wrong one counts.
    func guess(_ userCode: String, shownAs id: String? = nil, by shown: Shown) -> Problem? {
        if let seconds = devices.wait(of: shown.caller, from: shown.address) {
            return .tooManyGuesses(seconds)
        }
        guard devices.find(userCode, shownAs: id) == nil else { return nil }
        devices.countGuess(of: shown.caller, from: shown.address)
        return .userCodeUnknown
    }

    /// The provider that a program asks for, where that is not the session's.
    func otherProvider(
        _ session: DerivableSession, _ request: DeviceRequest
    ) -> (name: String, kind: ProviderKind)? {
        guard let wanted = request.wish.provider, session.session.proof.provider != wanted,
            let provider = providers[wanted]
        else { return nil }
        return (provider.name, provider.kind)
    }
}
