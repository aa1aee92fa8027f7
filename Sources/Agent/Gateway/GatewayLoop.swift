internal import Foundation
internal import Logging
internal import NIOHTTP1
internal import PKI
internal import ServiceLifecycle
internal import StrictJSON

/// Waits at the gateway for changes, for as long as the agent runs; says when the gateway goes and comes back.
struct GatewayLoop: Service {
    let link: GatewayLink
    let keeper: IdentityKeeper
    let board: IdentityBoard
    let configuration: AgentConfiguration
    let bundlesChanged: @Sendable () async -> Void
    let logger: Logger

    func run() async {
        await cancelWhenGracefulShutdown { await follow() }
    }

    private func follow() async {
        var index: String?
        var failures = 0
        while !Task.isCancelled {
            do throws(AgentError) {
                let state = try await ask(index)
                if failures > 0 {
                    logger.notice("gateway answers again", metadata: ["after": "\(failures) tries"])
                }
                failures = 0
                if let content = state.content, state.index != index {
                    await apply(content)
                }
                index = state.index
            } catch {
                guard !Task.isCancelled else { return }
                failures += 1
                if failures == 1 {
                    let held = board.snapshot.identities.count
                    logger.warning(
                        "gateway away: serving \(held) identities that are still valid",
                        metadata: ["reason": "\(error)"])
                }
                let seconds = min(15.0, Double(failures)) * Double.random(in: 0.5...1)
                try? await Task.sleep(for: .seconds(seconds))
            }
        }
    }

    private func ask(_ index: String?) async throws(AgentError) -> AgentState {
        let sequence = board.trust.snapshot.bundles[configuration.trustDomain]?.sequence ?? 0
        let query =
            index.map { "?index=\($0)&wait=\(AgentLimits.waitSeconds)&bundle=\(sequence)" } ?? ""
        let answer = try await link.send(
            .GET, "/identity/agent/updates" + query, seconds: Int64(AgentLimits.waitSeconds) + 15)
        return try AgentState(answer, trustDomain: configuration.trustDomain)
    }

    private func apply(_ content: AgentState.Content) async {
        let before = board.trust.snapshot.bundles[configuration.trustDomain]?.pem
        await keeper.apply(content)
        guard board.trust.snapshot.bundles[configuration.trustDomain]?.pem != before else { return }
        keeper.renewUntrusted()
        await bundlesChanged()
    }
}

/// Tells the gateway of refused workloads, one record each.
struct EventLoop: Service {
    let link: GatewayLink
    let events: EventQueue
    let logger: Logger

    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                guard let event = events.first else {
                    try? await Task.sleep(for: .milliseconds(50))
                    continue
                }
                await tell(event)
            }
        }
    }

    private func tell(_ event: WorkloadEvent) async {
        do throws(AgentError) {
            _ = try await link.send(
                .POST, "/identity/agent/events",
                body: Self.encode(event, dropped: events.takeDropped()))
            events.removeFirst()
        } catch .refused(let status, let detail) where status < 500 {
            logger.warning("the gateway takes no event: \(status) \(detail)")
            events.removeFirst()
        } catch {
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private static func encode(_ event: WorkloadEvent, dropped: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"code\":")
        writer.string(event.code)
        writer.raw(",\"method\":")
        writer.string(event.method)
        writer.raw(",\"reason\":")
        writer.string(String(event.reason.prefix(200)))
        writer.raw(",\"uid\":")
        writer.integer(event.uid)
        writer.raw(",\"pid\":")
        writer.integer(event.pid)
        if let path = event.path {
            writer.raw(",\"path\":")
            writer.string(String(path.prefix(120)))
        }
        if dropped > 0 {
            writer.raw(",\"count\":")
            writer.integer(dropped)
        }
        writer.raw("}")
        return writer.bytes
    }
}
