import NIOCore

/// The connections whose peers have not shown yet who they are; a value without channels and clock.
///
/// Over a bound the oldest goes, and not the newest: whoever had his moment, or else the oldest whose peer has not sent a byte.
/// A peer that means it speaks at once and is through within milliseconds, while idle sockets would hold all places until
/// their time is up.
struct UnprovenConnections<ID: Hashable & Sendable>: Sendable {
    /// What becomes of a new connection.
    enum Admission: Equatable {
        case admitted
        /// Taken on, and another one has to go.
        case admittedInstead(of: ID)
        case refused
    }

    private struct Entry: Sendable {
        let source: PeerSource
        let since: UInt64
        var hasSpoken = false
    }

    /// The connections of one source, or of all, each kind with the oldest first.
    ///
    /// Holds those that are gone or of the other kind by now, too, until they come first or are too many.
    private struct Ages: Sendable {
        var count = 0
        var silent = CircularBuffer<ID>()
        var spoken = CircularBuffer<ID>()
    }

    private let countMax: Int
    private let perSourceMax: Int
    private let graceNanoseconds: UInt64
    private var entries: [ID: Entry] = [:]
    private var sources: [PeerSource: Ages] = [:]
    private var all = Ages()

    init(_ limits: Limits) {
        countMax = max(1, limits.unprovenMax)
        perSourceMax = max(1, limits.unprovenPerSourceMax)
        graceNanoseconds = UInt64(clamping: limits.unprovenGraceNanoseconds)
    }

    var count: Int { entries.count }

    /// Takes a new connection, if there is room or can be made.
    mutating func admit(_ id: ID, from source: PeerSource, at now: UInt64) -> Admission {
        var leaving: ID?
        if sources[source]?.count ?? 0 >= perSourceMax {
            guard let one = oldest(&sources[source, default: Ages()], now) else { return .refused }
            leaving = one
        } else if count >= countMax {
            guard let one = oldest(&all, now) else { return .refused }
            leaving = one
        }
        if let leaving { remove(leaving) }
        entries[id] = Entry(source: source, since: now)
        add(id, to: &sources[source, default: Ages()])
        add(id, to: &all)
        return leaving.map { .admittedInstead(of: $0) } ?? .admitted
    }

    /// The peer of a connection has sent its first bytes.
    mutating func noteSpoken(_ id: ID) {
        guard let entry = entries[id], !entry.hasSpoken else { return }
        entries[id]?.hasSpoken = true
        sources[entry.source, default: Ages()].spoken.append(id)
        all.spoken.append(id)
    }

    /// Forgets a connection that is proven, or gone; does nothing for any other.
    mutating func remove(_ id: ID) {
        guard let source = entries.removeValue(forKey: id)?.source else { return }
        all.count -= 1
        guard let count = sources[source]?.count, count > 1 else {
            sources[source] = nil
            return
        }
        sources[source]?.count = count - 1
    }

    /// Who is to go: whoever had his moment, the silent before the others; else the oldest that is silent still.
    private func oldest(_ ages: inout Ages, _ now: UInt64) -> ID? {
        drop(from: &ages.silent) { $0?.hasSpoken == false }
        drop(from: &ages.spoken) { $0 != nil }
        let silent = ages.silent.first
        if let silent, hasHadAMoment(silent, now) { return silent }
        if let spoken = ages.spoken.first, hasHadAMoment(spoken, now) { return spoken }
        return silent
    }

    private func drop(from ids: inout CircularBuffer<ID>, until holds: (Entry?) -> Bool) {
        while let first = ids.first, !holds(entries[first]) { ids.removeFirst() }
    }

    private func hasHadAMoment(_ id: ID, _ now: UInt64) -> Bool {
        guard let since = entries[id]?.since else { return true }
        return now >= since && now - since >= graceNanoseconds
    }

    /// Counts a connection, and drops those that are gone once they are more than those that are there.
    private func add(_ id: ID, to ages: inout Ages) {
        ages.count += 1
        ages.silent.append(id)
        let most = 2 * ages.count + 16
        if ages.silent.count > most {
            ages.silent.removeAll { entries[$0]?.hasSpoken != false }
        }
        if ages.spoken.count > most { ages.spoken.removeAll { entries[$0] == nil } }
    }
}
