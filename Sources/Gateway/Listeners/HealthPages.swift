internal import Audit
internal import PKI
internal import Wire

/// The pages of the metrics listener: `/metrics`, `/healthz`, `/readyz`.
///
/// They tell nothing about services and change nothing, so they need no permit; the listener is for loopback.
struct HealthPages: Sendable {
    let readiness: Readiness
    let core: GatewayCore

    func answer(_ request: Request) -> Response {
        guard request.method == .get || request.method == .head else {
            var response = Self.text(405, "only GET and HEAD are answered here\n")
            response.fields.append(.init("allow", "GET, HEAD"))
            return response
        }
        // Whatever probes add to the path changes nothing here.
        switch HealthPath(rawValue: request.withPathBytes { String(decoding: $0, as: UTF8.self) }) {
        case .metrics: return metrics()
        case .alive: return Self.text(200, "alive\n")
        case .readiness:
            let faults = readiness.faults()
            let lines = (faults.isEmpty ? ["ready"] : faults) + readiness.notes()
            return Self.text(faults.isEmpty ? 200 : 503, lines.map { $0 + "\n" }.joined())
        case nil: return Self.text(404, "there are /metrics, /healthz and /readyz\n")
        }
    }

    private static func text(_ status: UInt16, _ text: String) -> Response {
        Response(
            status: status, contentType: "text/plain; charset=utf-8",
            body: Array(text.utf8))
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
                ("unavailable", counters.unavailable.value), ("limited", counters.limited.value),
            ])
        text.counter(
            "handshakes_refused_total", "TLS handshakes refused.", counters.handshakesRefused.value)
        addCertificates(to: &text)
        addWorkers(to: &text)
        text.counter(
            "connections_total", "Connections of verified peers.", counters.connectionsOpened.value)
        text.gauge(
            "connections", "Connections of verified peers open now.",
            max(0, counters.connectionsOpened.value - counters.connectionsClosed.value))
        text.counter("audit_commits_total", "Batches made durable.", counters.commits.value)
        text.counter(
            "audit_commit_seconds_total", "Time that event loops waited for durable batches.",
            seconds: counters.commitNanoseconds.value)
        text.gauge(
            "audit_records", "Records in the audit log.", Int(clamping: core.journal.treeSize))
        counters.witnesses.add(to: &text)
        counters.logSpace.add(to: &text)
        text.gauge(
            "audit_read_again_bytes", "Bytes of the audit log read again since the start.",
            counters.logBytesRead.value)
        text.gauge(
            "audit_segments_unsealed", "Full segments of the audit log without a seal.",
            counters.logSegmentsUnsealed.value)
        text.gauge(
            "audit_read_again_fault",
            "1 while the audit log is damaged, or can't be read again or sealed.",
            counters.logDamaged.value)
        text.counter(
            "policy_reloads_total", "Policies put into force.", counters.policyReloads.value)
        text.counter(
            "policy_reloads_refused_total", "Policies that did not load.",
            counters.policyReloadsRefused.value)
        text.gauge(
            "leases_held", "Instances that have run out and whose end is held.",
            core.metrics.leasesHeld.value)
        text.counter(
            "leases_begun_anew_total", "Times that every lease began anew after an outage of ours.",
            counters.leasesBegunAnew.value)
        text.counter(
            "clock_steps_total", "Times that the wall clock was set by over a second.",
            counters.clockSteps.value)
        let fault = core.policies.standing.fault
        text.gauge(
            "policy_files_in_force", "1 while the policy in force is that of the files.",
            fault == nil ? 1 : 0)
        text.gauge(
            "policy_fault_since_seconds",
            "Unix time since which the policy files are not in force; 0 while they are.",
            Int((fault?.sinceNanoseconds ?? 0) / 1_000_000_000))
        return Response(
            status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
            body: Array(text.text.utf8))
    }

    private func addWorkers(to text: inout MetricsText) {
        let counters = core.metrics
        text.counter(
            "workers_started_total", "Helper processes started to read what directories send.",
            counters.workersStarted.value)
        text.counter(
            "workers_died_total", "Helper processes that ended before they had answered.",
            counters.workersDied.value)
        text.counter(
            "workers_late_total", "Helper processes ended since they did not answer in time.",
            counters.workersLate.value)
        text.counter(
            "saml_metadata_refused_total", "Readings of SAML metadata that came to nothing.",
            counters.samlMetadataRefused.value)
        text.gauge(
            "saml_providers_alarmed",
            "SAML providers whose metadata can't be read, or will soon end, or whose keys will.",
            counters.samlProvidersAlarmed.value)
    }

    /// What is told of certificates: those that we issued, those that we hold, and what others ask about them.
    private func addCertificates(to text: inout MetricsText) {
        let counters = core.metrics
        text.counter(
            "unlogged_certificates_total",
            "Handshakes refused because our authority's key signed a certificate that we did not issue.",
            counters.unlogged.value)
        text.gauge(
            "certificates_live", "Certificates that were issued and have not ended, to the hour.",
            core.verifier.issuedCount)
        text.counters(
            "revocation_requests_total", "Requests on the listener of revocations.",
            label: "result",
            [
                ("list", counters.listsServed.value), ("status", counters.statusesServed.value),
                ("refused", counters.publicRefused.value),
            ])
        text.counter(
            "revocation_answers_signed_total",
            "Answers about single certificates that were signed.",
            counters.statusesSigned.value)
        let now = core.now()
        text.gauges(
            "certificate_seconds_left", "Seconds until the end of each certificate that we hold.",
            counters.certificates.all(at: now).map {
                ([("kind", $0.kind.rawValue), ("name", $0.name)], $0.secondsLeft(at: now))
            })
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
