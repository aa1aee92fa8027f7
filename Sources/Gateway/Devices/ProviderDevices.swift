internal import Auth
internal import Logging
internal import NIOConcurrencyHelpers
internal import ServiceLifecycle

/// Sign-ons of programs that their persons confirm at a provider's own page (RFC 8628): the gateway asks there for them.
///
/// A provider is asked only while the program asks here, so nobody has us ask for ten minutes by one request.
final class ProviderDevices: Sendable {
    /// One of them.
    struct Flow: Sendable {
        let provider: OpenIDProvider
        let userCode: UserCode
        let given: DeviceAuthorization
        var poll: DevicePoll
        /// Whether the program has asked since the provider was.
        var isWanted = false
        /// Whether the provider is being asked.
        var isAsked = false
        var grant: RefreshVault.Grant?
    }

    private let flows = NIOLockedValueBox<[String: Flow]>([:])
    private let elapsed: @Sendable () -> Int64

    init(elapsed: @escaping @Sendable () -> Int64) { self.elapsed = elapsed }

    /// Whether there is room for another.
    var hasRoom: Bool { flows.withLockedValue { $0.count < DeviceLimits.providerFlowsMax } }

    /// Keeps one under the id of its wish; false where there is no room.
    func keep(
        _ given: DeviceAuthorization, at provider: OpenIDProvider, for request: DeviceRequest
    ) -> Bool {
        flows.withLockedValue { flows in
            guard flows.count < DeviceLimits.providerFlowsMax else { return false }
            flows[request.wish.id] = Flow(
                provider: provider, userCode: request.userCode, given: given,
                poll: DevicePoll(given, elapsedNanoseconds: elapsed()))
            return true
        }
    }

    /// Takes note that the program asks.
    func want(_ id: String) { flows.withLockedValue { $0[id]?.isWanted = true } }

    /// Takes what the provider gave.
    func take(_ id: String) -> (provider: OpenIDProvider, grant: RefreshVault.Grant)? {
        flows.withLockedValue { flows in
            guard let flow = flows[id], let grant = flow.grant else { return nil }
            flows[id] = nil
            return (flow.provider, grant)
        }
    }

    /// Those that are to be asked now; what is over is forgotten.
    func due() -> [(id: String, flow: Flow)] {
        let now = elapsed()
        return flows.withLockedValue { flows in
            flows = flows.filter { $0.value.isAsked || !$0.value.poll.isOver(now) }
            let due = flows.filter { _, flow in
                flow.isWanted && !flow.isAsked && flow.grant == nil && flow.poll.isDue(now)
            }
            for id in due.keys {
                flows[id]?.isAsked = true
                flows[id]?.isWanted = false
            }
            return due.map { ($0.key, $0.value) }
        }
    }

    /// Takes note of an answer.
    func heard(_ word: DevicePollWord, of id: String) {
        flows.withLockedValue { flows in
            flows[id]?.isAsked = false
            flows[id]?.poll.heard(word, elapsedNanoseconds: elapsed())
            if case .over = word { flows[id] = nil }
        }
    }

    func heard(_ grant: RefreshVault.Grant, of id: String) {
        flows.withLockedValue { flows in
            flows[id]?.isAsked = false
            flows[id]?.grant = grant
        }
    }

    /// How many there are.
    var count: Int { flows.withLockedValue { $0.count } }
}

/// Asks providers whether people have confirmed there; never on an event loop.
final class DeviceKeeper: Service {
    private let desk: DeviceDesk
    private let logger: Logger
    private let ticker: any Ticker

    init(_ desk: DeviceDesk, logger: Logger, ticker: any Ticker) {
        self.desk = desk
        self.logger = logger
        self.ticker = ticker
    }

    func run() async {
        await ticker.run(.devices, look)
    }

    /// All at once: they are few.
    private func look() async {
        let due = desk.atProviders.due()
        guard !due.isEmpty else { return }
        await cancelWhenGracefulShutdown { [self] in
            await withTaskGroup(of: Void.self) { group in
                for (id, flow) in due { group.addTask { await self.ask(id, flow) } }
            }
        }
    }

    private func ask(_ id: String, _ flow: ProviderDevices.Flow) async {
        do throws(ProviderFault) {
            switch try await flow.provider.redeem(device: flow.given) {
            case .success(let grant):
                desk.atProviders.heard(grant, of: id)
                _ = desk.answer(flow.userCode, as: .vouched)
            case .failure(let word):
                desk.atProviders.heard(word, of: id)
                if case .over(let refusal) = word { end(flow, "\(refusal.code): \(refusal)") }
            }
        } catch {
            switch error {
            case .unavailable: desk.atProviders.heard(.away, of: id)
            case .refused:
                desk.atProviders.heard(.over(.tokenMissing), of: id)
                end(flow, error.description)
            }
        }
    }

    private func end(_ flow: ProviderDevices.Flow, _ reason: String) {
        logger.notice("\(flow.provider.name) lets nobody in by a program's code: \(reason)")
        _ = desk.answer(flow.userCode, as: .denied(reason: reason))
    }
}
