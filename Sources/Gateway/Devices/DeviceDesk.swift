internal import Auth
internal import NIOConcurrencyHelpers
internal import Policy
internal import Time

/// Sign-ons that programs without a browser have under way; in memory only, since a start ends them.
final class DeviceDesk: Sendable {
    private struct State {
        var table = DeviceTable()
        var guesses: GuessTally
    }

    /// Where browsers reach the people listener.
    let address: String
    /// Those that are confirmed at providers' own pages.
    let atProviders: ProviderDevices
    private let clocks: Clocks
    private let state: NIOLockedValueBox<State>

    init(at address: String, clocks: Clocks) {
        self.address = address
        self.clocks = clocks
        atProviders = ProviderDevices(elapsed: clocks.elapsed)
        state = NIOLockedValueBox(
            State(guesses: GuessTally(elapsedNanoseconds: clocks.elapsed())))
    }

    /// Where a person types their code.
    var page: String { address + "/device" }

    /// Takes a wish.
    func ask(
        _ wish: DeviceWish, from address: IPAddress?,
        lifeSeconds: Int64 = DeviceLimits.codeSeconds
    ) -> Result<(code: SecretText, request: DeviceRequest), DeviceRefusal> {
        state.withLockedValue {
            $0.table.ask(
                wish, from: address, lifeSeconds: lifeSeconds, wallNanoseconds: clocks.wall(),
                elapsedNanoseconds: clocks.elapsed())
        }
    }

    /// Why no wish would be taken from somewhere now.
    func refusal(from address: IPAddress?) -> DeviceRefusal? {
        state.withLockedValue {
            $0.table.refusal(from: address, elapsedNanoseconds: clocks.elapsed())
        }
    }

    /// What a device hears that asks.
    func poll(_ code: SecretText, bringing brought: String?) -> DeviceAnswer {
        let (answer, id) = state.withLockedValue { state in
            let answer = state.table.poll(
                code, bringing: brought, elapsedNanoseconds: clocks.elapsed())
            return (answer, state.table.id(of: code))
        }
        if answer == .pending, let id { atProviders.want(id) }
        return answer
    }

    /// Takes a confirmed wish out.
    func take(_ code: SecretText, bringing brought: String?) -> DeviceRequest? {
        state.withLockedValue {
            $0.table.take(code, bringing: brought, elapsedNanoseconds: clocks.elapsed())
        }
    }

    /// The wish that a person means by what they typed; nil for none, and for one that is not the one that they were shown.
    func find(_ userCode: String, shownAs id: String? = nil) -> DeviceRequest? {
        guard let userCode = UserCode(userCode) else { return nil }
        let found = state.withLockedValue {
            $0.table.find(userCode, elapsedNanoseconds: clocks.elapsed())
        }
        guard let found, id.map({ $0 == found.wish.id }) ?? true else { return nil }
        return found
    }

    /// Answers a wish; nil where it was answered before or is over.
    func answer(
        _ userCode: UserCode, as verdict: DeviceRequest.Verdict
    ) -> (request: DeviceRequest, code: String?)? {
        state.withLockedValue {
            $0.table.answer(userCode, as: verdict, elapsedNanoseconds: clocks.elapsed())
        }
    }

    /// How many seconds somebody has to wait who typed too many wrong codes; nil where they need not.
    func wait(of person: Principal, from address: IPAddress?) -> Int64? {
        state.withLockedValue {
            $0.guesses.wait(
                of: person.digest, from: address, elapsedNanoseconds: clocks.elapsed())
        }
    }

    /// Counts a wrong code.
    func countGuess(of person: Principal, from address: IPAddress?) {
        state.withLockedValue {
            $0.guesses.count(
                of: person.digest, from: address, elapsedNanoseconds: clocks.elapsed())
        }
    }
}

extension Principal {
    fileprivate var digest: PrincipalDigest { PrincipalDigest(kind: kind.rawValue, id: id) }
}
