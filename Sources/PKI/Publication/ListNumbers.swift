public import Audit
import NIOConcurrencyHelpers
import Policy
import StrictJSON

/// The numbers of lists: they grow over restarts, copies that are put back and clocks that are set.
///
/// Milliseconds of the clock, and one more than the last that the log has where the clock is not ahead of it.
public final class ListNumbers: Sendable {
    /// The action of the record of each list.
    public static let action = "ca.crl"

    private struct State {
        var last: UInt64 = 0
        /// The last of each authority.
        var byAuthority: [String: UInt64] = [:]
    }

    private let state = NIOLockedValueBox(State())

    /// None is known yet.
    public init() {}

    func next(nowNanoseconds now: Int64) -> UInt64 {
        state.withLockedValue { state in
            state.last = max(state.last &+ 1, UInt64(clamping: now / 1_000_000))
            return state.last
        }
    }

    /// The greatest number that a list of an authority has had, as far as the log is known.
    func last(of authority: String) -> UInt64? {
        state.withLockedValue { $0.byAuthority[authority] }
    }

    /// Takes the number of a list.
    func note(_ number: UInt64, of authority: String) {
        state.withLockedValue { state in
            state.last = max(state.last, number)
            state.byAuthority[authority] = max(state.byAuthority[authority] ?? 0, number)
        }
    }

    /// Takes those of somebody who has read the log.
    func take(_ others: ListNumbers) {
        for (authority, number) in others.state.withLockedValue({ $0.byAuthority }) {
            note(number, of: authority)
        }
    }

    /// Forgets an authority that has no lists any more.
    func forget(_ authority: String) {
        state.withLockedValue { _ = $0.byAuthority.removeValue(forKey: authority) }
    }

    /// Takes a record of the log at the start: a list that was signed here, or one that was installed.
    ///
    /// - Parameters:
    ///   - record: The record.
    ///   - isKept: Whether an authority's own last number is to be known.
    public func replay(
        _ record: ReplayedRecord, keeping isKept: (_ authority: String) -> Bool = { _ in true }
    ) {
        let isSigned = record.kind == .system && record.action == Self.action
        let isInstalled =
            record.kind == .system || record.kind == .outcome
            ? record.action == Action.caRotate.name : false
        guard isSigned || isInstalled,
            let detail = record.detail.flatMap({ try? StrictJSON.parse($0) }),
            let number = detail["number"]?.integer.flatMap(UInt64.init(exactly:))
        else { return }
        var named = detail["authority"]?.string
        if isInstalled, case .array(let listed)? = detail["listed"] { named = listed.first?.string }
        guard let authority = named else { return }
        note(number, of: authority)
        if !isKept(authority) { forget(authority) }
    }
}
