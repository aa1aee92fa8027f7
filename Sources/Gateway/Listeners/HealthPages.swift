internal import Audit
internal import NIOCore
internal import Wire

/// The pages of the metrics listener: `/metrics`, `/healthz`, `/readyz`.
///
/// They tell nothing about services and change nothing, so they need no permit; the listener is for loopback.
struct HealthPages: Sendable {
    /// All that is answered here; nothing of it leaves a record.
    static let paths = ["/metrics", "/healthz", "/readyz"]

    let readiness: Readiness
    let core: GatewayCore

    func answer(_ request: Request) -> Response {
        guard request.method == .get else {
            var response = Self.text(405, "only GET is answered here\n")
            response.fields.append(.init("allow", "GET"))
            return response
        }
        switch request.target {
        case "/metrics": return metrics()
        case "/healthz": return Self.text(200, "alive\n")
        case "/readyz":
            let faults = readiness.faults()
            return faults.isEmpty
                ? Self.text(200, (["ready"] + readiness.notes()).map { $0 + "\n" }.joined())
                : Self.text(503, faults.map { $0 + "\n" }.joined())
        default: return Self.text(404, "there are /metrics, /healthz and /readyz\n")
        }
    }

    private static let notices = [
        ("policy_stale", "1 while the newest policy files are not in force.", "policy_stale"),
        ("policy_pending", "1 while a policy waits for approval.", "policy_pending"),
        ("policy_break_glass", "1 while the break-glass policy is in force.", "policy_break_glass"),
    ]

    private static func text(_ status: UInt16, _ text: String) -> Response {
        Response(
            status: status, contentType: "text/plain; charset=utf-8",
            body: ByteBuffer(string: text))
    }

    private func metrics() -> Response {
        let counters = core.metrics
        var text = MetricsText()
        text.gauge(
            "ready", "1 while the gateway can do its work.", readiness.faults().isEmpty ? 1 : 0)
        text.counters(
            "requests_total", "Requests by what became of them.", label: "result",
            [
                ("allow", counters.allowed.value), ("deny", counters.denied.value),
                ("malformed", counters.malformed.value),
                ("unavailable", counters.unavailable.value),
            ])
        text.counter(
            "handshakes_refused_total", "TLS handshakes refused.", counters.handshakesRefused.value)
        text.counter(
            "connections_total", "Connections of verified peers.", counters.connectionsOpened.value)
        text.gauge(
            "connections", "Connections of verified peers open now.",
            counters.connectionsOpened.value - counters.connectionsClosed.value)
        text.counter(
            "connections_ended_total", "Connections ended for a revoked identity or session.",
            counters.connectionsEnded.value)
        text.counter(
            "credentials_refused_total", "Requests refused for their credential.",
            counters.credentialsRefused.value)
        text.counter("audit_commits_total", "Batches made durable.", counters.commits.value)
        text.counter(
            "audit_commit_seconds_total", "Time that event loops waited for durable batches.",
            seconds: counters.commitNanoseconds.value)
        text.gauge(
            "audit_records", "Records in the audit log.", Int(clamping: core.journal.treeSize))
        text.counter(
            "policy_reloads_total", "Policies put into force.", counters.policyReloads.value)
        text.counter(
            "policy_reloads_refused_total", "Policies that did not load.",
            counters.policyReloadsRefused.value)
        for (name, help, prefix) in Self.notices {
            let isOn = readiness.notes().contains { $0.hasPrefix(prefix) }
            text.gauge(name, help, isOn ? 1 : 0)
        }
        return Response(
            status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
            body: ByteBuffer(string: text.text))
    }
}

/// One connection to the metrics listener.
final class HealthConnection: ConnectionHandler {
    private let pages: HealthPages
    private var connection: Connection?

    init(pages: HealthPages) {
        self.pages = pages
    }

    func opened(_ connection: Connection) {
        self.connection = connection
    }

    func receive(_ request: Request, stream: StreamID) {
        connection?.respond(pages.answer(request), on: stream)
        connection?.flush()
    }

    func closed() {
        connection = nil
    }
}
