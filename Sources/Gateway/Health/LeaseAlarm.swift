internal import NIOConcurrencyHelpers
internal import Registry

/// Says that the end of many leases is held, to whoever looks.
final class LeaseAlarm: Sendable {
    private let held = NIOLockedValueBox<LeaseGovernor.Held?>(nil)

    /// Takes what the last sweep found.
    func set(_ held: LeaseGovernor.Held?) { self.held.withLockedValue { $0 = held } }

    /// One line while leases are held.
    var note: String? {
        held.withLockedValue { $0 }.map {
            "leases: \($0.due) of \($0.total) instances have run out and are held; look at the network"
        }
    }
}
