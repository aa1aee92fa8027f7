internal import NIOConcurrencyHelpers

/// One number, set on an event loop and read elsewhere.
final class StatusBox: Sendable {
    private let box = NIOLockedValueBox(0)

    var value: Int { box.withLockedValue { $0 } }

    func set(_ value: Int) { box.withLockedValue { $0 = value } }
}
