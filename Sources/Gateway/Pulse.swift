internal import ServiceLifecycle

/// A steady beat for services: calls its work after each interval until the gateway is told to stop.
enum Pulse {
    static func run(every interval: Duration, _ work: () async -> Void) async {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
            } catch {
                return
            }
            await work()
        }
    }
}
