import NIOConcurrencyHelpers

/// Says that changes are on their way to the catalogue.
///
/// It is held from before their intents go to the journal until they are applied; dropping it says
/// that they are done or will never be. One ticket may cover a whole batch of changes of one thread.
public struct ChangeTicket: ~Copyable, Sendable {
    private let ledger: ChangeLedger
    private let number: UInt64
    private let floor: UInt64

    init(ledger: ChangeLedger, number: UInt64, floor: UInt64) {
        self.ledger = ledger
        self.number = number
        self.floor = floor
    }

    deinit { ledger.end(number) }

    /// Says that the changes are applied or will never be; the same as dropping the ticket.
    public consuming func end() {}

    func covers(_ sequence: UInt64, in ledger: ChangeLedger) -> Bool {
        ledger === self.ledger && sequence > floor
    }
}

/// Knows up to which sequence all changes have been applied.
///
/// Several threads apply changes, so the highest applied sequence says nothing about lower ones. Each
/// change is covered by a ticket from before its sequence was given until it is applied; a ticket
/// remembers the highest sequence that was known when it was taken (its floor).
///
/// INVARIANT: no change with a sequence up to `lowWater` is still to come. For a change in flight has
/// a ticket in the ledger whose floor is below its sequence, since sequences grow; `lowWater` is at
/// most that floor. And without tickets it is a sequence given before, so a later ticket's changes
/// are above it.
final class ChangeLedger: Sendable {
    private struct State {
        var highest: UInt64
        var nextNumber: UInt64 = 0
        var floors: [UInt64: UInt64] = [:]
    }

    private let state: NIOLockedValueBox<State>

    init(highest: UInt64) {
        state = NIOLockedValueBox(State(highest: highest))
    }

    func begin() -> ChangeTicket {
        let (number, floor) = state.withLockedValue { state in
            let number = state.nextNumber
            state.nextNumber &+= 1
            state.floors[number] = state.highest
            return (number, state.highest)
        }
        return ChangeTicket(ledger: self, number: number, floor: floor)
    }

    fileprivate func end(_ number: UInt64) {
        state.withLockedValue { _ = $0.floors.removeValue(forKey: number) }
    }

    /// Takes note of a sequence that the journal has given.
    func note(_ sequence: UInt64) {
        state.withLockedValue { $0.highest = max($0.highest, sequence) }
    }

    var lowWater: UInt64 {
        state.withLockedValue { $0.floors.values.min() ?? $0.highest }
    }
}
