internal import Auth
internal import Text

/// Why a program is not signed on by a code.
extension Problem {
    /// What a device hears that asks too early or in vain; nil where its session can be made.
    init?(_ answer: DeviceAnswer) {
        switch answer {
        case .ready: return nil
        case .pending:
            self.init(
                status: 400, code: "authorization-pending", title: "not confirmed yet",
                detail: "nobody has confirmed the sign-on yet; ask again")
        case .slowDown(let seconds):
            self.init(
                status: 400, code: "slow-down", title: "asked too often",
                detail: "ask again after \(seconds) s, and no more often from now on")
        case .denied(let reason):
            self = .deviceDenied
            recorded = reason
        case .expired:
            self.init(
                status: 400, code: "expired-token", title: "the code is over",
                detail: "nobody has confirmed the sign-on in time; begin again")
        case .unknown: self = .deviceUnknown
        }
    }

    init(_ refusal: DeviceRefusal) {
        switch refusal {
        case .full(.all):
            self.init(
                status: 503, code: "too-many-devices", title: "too many sign-ons",
                detail: "\(refusal); try again later", retryAfterSeconds: 60)
        case .full(.source):
            self.init(
                status: 429, code: "too-many-devices", title: "too many sign-ons",
                detail: "\(refusal); try again later",
                retryAfterSeconds: Int(DeviceLimits.codeSeconds))
        }
    }

    /// Somebody said no.
    static let deviceDenied = Problem(
        status: 400, code: "access-denied", title: "refused",
        detail: "the person refused the sign-on")

    /// One answer for a code that never was, was used, or goes with something else.
    static let deviceUnknown = Problem(
        status: 400, code: "invalid-grant", title: "no such code",
        detail: "the device code is none, or was used; begin again")

    /// The session by which somebody confirmed has ended meanwhile.
    static let deviceUnvouched = deviceRefused(
        "device_unvouched: the session by which it was confirmed has ended")

    /// A refusal after the confirmation; why is for the record.
    static func deviceRefused(_ recorded: String) -> Problem {
        var problem = Problem(
            status: 400, code: "access-denied", title: "refused",
            detail: "whoever confirmed the sign-on may not sign on any more")
        problem.recorded = recorded
        return problem
    }

    static let userCodeUnknown = Problem(
        status: 404, code: "user-code-unknown", title: "no such code",
        detail: "no program waits for this code: it was typed wrong, used, or is older than"
            + " \(DeviceLimits.codeSeconds / 60) minutes")

    static func tooManyGuesses(_ seconds: Int64) -> Problem {
        Problem(
            status: 429, code: "user-codes-tried", title: "too many wrong codes",
            detail: "too many codes were wrong; try again in \(seconds) s",
            retryAfterSeconds: Int(clamping: seconds))
    }

    static func otherProvider(_ name: String) -> Problem {
        Problem(
            status: 409, code: "other-provider", title: "another provider is asked for",
            detail: "the program asks for somebody of \(name): sign off here, and on there")
    }

    static func noDeviceProvider(_ name: String, _ providers: PersonProviders) -> Problem {
        let known = providers.all.map(\.name).joined(separator: ", ")
        return .impossible(
            "provider \(quote(name)) is not configured; those are: \(known.isEmpty ? "none" : known)"
        )
    }

    static func noDevicesThere(_ name: String?, _ openID: OpenIDDesk) -> Problem {
        let known = openID.takingDevices.joined(separator: ", ")
        return .impossible(
            "provider \(quote(name ?? "")) has no page of its own for that; those that have one:"
                + " \(known.isEmpty ? "none" : known) (auth.oidc.device_flow)")
    }

    static let devicesOfPeopleOnly = Problem.impossible(
        "people's programs sign on at the people listener; ask there")
}
