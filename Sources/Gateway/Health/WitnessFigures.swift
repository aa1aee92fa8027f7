internal import Audit
internal import NIOConcurrencyHelpers

/// How the witnesses of the log stand, as figures.
final class WitnessFigures: Sendable {
    private struct Known {
        var states: [WitnessState] = []
        var witnessed: UInt64 = 0
    }

    private let known = NIOLockedValueBox(Known())

    func set(_ states: [WitnessState], witnessed: UInt64) {
        known.withLockedValue { $0 = Known(states: states, witnessed: witnessed) }
    }

    /// Nothing where nobody is asked.
    func add(to text: inout MetricsText) {
        let known = known.withLockedValue { $0 }
        guard !known.states.isEmpty else { return }
        text.gauge(
            "audit_witnessed_records",
            "Records up to the newest end of the log that enough witnesses signed.",
            Int(clamping: known.witnessed))
        text.gauges(
            "audit_witness_records", "Records up to the end that a witness signed last.",
            known.states.map { (labels($0), Int(clamping: $0.size ?? 0)) })
        text.gauges(
            "audit_witness_failing", "1 while a witness's last answer was not taken.",
            known.states.map { (labels($0), $0.fault == nil ? 0 : 1) })
        text.gauges(
            "audit_witness_forked", "1 while a witness says that it has seen another log.",
            known.states.map { (labels($0), $0.fault?.isFork == true ? 1 : 0) })
    }

    /// The names of a policy may hold what a label must not.
    private func labels(_ state: WitnessState) -> [(String, String)] {
        let name = state.witness.name.unicodeScalars.map { scalar in
            scalar == "\"" || scalar == "\\" ? "_" : String(scalar)
        }
        return [("witness", name.joined())]
    }
}
