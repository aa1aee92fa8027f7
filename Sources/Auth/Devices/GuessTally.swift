package import Policy

/// Counts codes that were typed and are none: of one person, from one source, and of all (RFC 8628 section 5.1).
package struct GuessTally: Sendable {
    private enum Key: Hashable {
        case person(PrincipalDigest)
        case source(IPAddress?)
        case all
    }

    private var counts: [Key: Int] = [:]
    private var sinceNanoseconds: Int64

    package init(elapsedNanoseconds: Int64) { sinceNanoseconds = elapsedNanoseconds }

    /// How long somebody has to wait before a code of theirs is looked at; nil where they need not.
    package mutating func wait(
        of person: PrincipalDigest, from address: IPAddress?, elapsedNanoseconds now: Int64
    ) -> Int64? {
        begin(now)
        let isOver = Self.keys(person, address).contains { key, most in
            counts[key, default: 0] >= most
        }
        guard isOver else { return nil }
        return (sinceNanoseconds + DeviceLimits.guessNanoseconds - now + 999_999_999)
            / 1_000_000_000
    }

    /// Counts a code that is none.
    package mutating func count(
        of person: PrincipalDigest, from address: IPAddress?, elapsedNanoseconds now: Int64
    ) {
        begin(now)
        for (key, _) in Self.keys(person, address) { counts[key, default: 0] += 1 }
    }

    /// All begin anew together, so that no more keys are kept than wrong codes are allowed.
    private mutating func begin(_ now: Int64) {
        guard now - sinceNanoseconds >= DeviceLimits.guessNanoseconds else { return }
        sinceNanoseconds = now
        counts = [:]
    }

    private static func keys(
        _ person: PrincipalDigest, _ address: IPAddress?
    ) -> [(Key, most: Int)] {
        [
            (.person(person), DeviceLimits.guessesOfPersonMax),
            (.source(address?.network), DeviceLimits.guessesOfSourceMax),
            (.all, DeviceLimits.guessesMax),
        ]
    }
}
