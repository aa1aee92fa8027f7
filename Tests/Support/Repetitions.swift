import Foundation

/// How often a test with random numbers goes round: all its rounds in `make test`, a share in `make check`.
///
/// What is checked in a round is the same in both.
package enum Repetitions {
    /// Whether this is the inner loop.
    package static let areFew = ProcessInfo.processInfo.environment["MAXINE_CHECK"] != nil

    /// All rounds, or one in ten of them.
    package static func of(_ all: Int) -> Int { areFew ? max(1, all / 10) : all }

    /// Attacks on the audit log: all of them by `make tamper`, a tenth of them in `make test`.
    package static func attacks(_ all: Int) -> Int {
        ProcessInfo.processInfo.environment["MAXINE_TAMPER"] != nil ? all : of(max(10, all / 10))
    }

    /// All elements, or every tenth from one of the first ten on.
    package static func some<C: Collection>(of all: C) -> [C.Element] {
        guard areFew else { return Array(all) }
        let first = Int.random(in: 0..<max(1, min(10, all.count)))
        return all.enumerated().filter { $0.offset % 10 == first }.map(\.element)
    }
}
