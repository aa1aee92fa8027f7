internal import Synchronization

/// Counters of the gateway, written from event loops and read by the metrics listener.
///
/// Relaxed atomics: each figure is right by itself, two figures may be a moment apart.
final class GatewayMetrics: Sendable {
    let allowed = Counter()
    let denied = Counter()
    let malformed = Counter()
    let unavailable = Counter()
    let limited = Counter()
    let handshakesRefused = Counter()
    let unlogged = Counter()
    let connectionsOpened = Counter()
    let connectionsClosed = Counter()
    let commits = Counter()
    let commitNanoseconds = Counter()
    let policyReloads = Counter()
    let policyReloadsRefused = Counter()
    let listsServed = Counter()
    let statusesServed = Counter()
    let statusesSigned = Counter()
    let publicRefused = Counter()
    let clockSteps = Counter()
    let leasesBegunAnew = Counter()
    let workersStarted = Counter()
    let workersDied = Counter()
    let workersLate = Counter()
    let samlMetadataRefused = Counter()
    let samlProvidersAlarmed = Gauge()
    let leasesHeld = Gauge()
    let logBytesRead = Gauge()
    let logSegmentsUnsealed = Gauge()
    let logDamaged = Gauge()
    let certificates = CertificateLives()
    let witnesses = WitnessFigures()
    let logSpace = LogSpaceFigures()
}

/// A figure that only grows.
struct Counter: ~Copyable, Sendable {
    private let atomic = Atomic(0)

    func add(_ amount: Int = 1) {
        atomic.wrappingAdd(amount, ordering: .relaxed)
    }

    var value: Int { atomic.load(ordering: .relaxed) }
}

/// A figure that comes and goes.
struct Gauge: ~Copyable, Sendable {
    private let atomic = Atomic(0)

    func set(_ value: Int) { atomic.store(value, ordering: .relaxed) }

    var value: Int { atomic.load(ordering: .relaxed) }
}

/// Text in the Prometheus exposition format 0.0.4.
struct MetricsText {
    private(set) var text = ""

    mutating func counter(_ name: String, _ help: String, _ value: Int) {
        add(name, help, "counter", [("", String(value))])
    }

    mutating func counter(_ name: String, _ help: String, seconds nanoseconds: Int) {
        add(name, help, "counter", [("", MetricsText.seconds(nanoseconds))])
    }

    mutating func counters(
        _ name: String, _ help: String, label: String, _ values: [(String, Int)]
    ) {
        add(name, help, "counter", values.map { ("{\(label)=\"\($0.0)\"}", String($0.1)) })
    }

    mutating func gauge(_ name: String, _ help: String, _ value: Int) {
        add(name, help, "gauge", [("", String(value))])
    }

    mutating func gauges(
        _ name: String, _ help: String, _ samples: [(labels: [(String, String)], value: Int)]
    ) {
        add(
            name, help, "gauge",
            samples.map { sample in
                let labels = sample.labels.map { "\($0.0)=\"\($0.1)\"" }
                return ("{\(labels.joined(separator: ","))}", String(sample.value))
            })
    }

    private mutating func add(
        _ name: String, _ help: String, _ type: String, _ samples: [(String, String)]
    ) {
        text += "# HELP maxine_\(name) \(help)\n# TYPE maxine_\(name) \(type)\n"
        for (labels, value) in samples { text += "maxine_\(name)\(labels) \(value)\n" }
    }

    private static func seconds(_ nanoseconds: Int) -> String {
        // Nine digits whatever the number: a billion and the fraction, without its leading one.
        let (whole, fraction) = max(0, nanoseconds).quotientAndRemainder(
            dividingBy: 1_000_000_000)
        return "\(whole)." + String(1_000_000_000 + fraction).dropFirst()
    }
}
