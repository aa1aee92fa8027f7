import Support
import Testing

@testable import Registry

/// Names in order, against a set that is sorted anew.
@Suite struct SortedNamesTests {
    @Test func holdsWhatASortedSetHolds() {
        var generator = SeededGenerator(seed: 7)
        var names = SortedNames()
        var model: Set<String> = []
        for round in 0..<6_000 {
            let name = "n\(Int.random(in: 0..<3_000, using: &generator))"
            if round % 3 == 2 {
                names.remove(name)
                model.remove(name)
            } else {
                names.insert(name)
                model.insert(name)
            }
        }
        let sorted = model.sorted()
        #expect(sorted.count > 1_200)
        #expect(names.names(after: nil, most: .max) == sorted)
        for after in ["", "n", "n1500", "n2999", "n9999", "z"] {
            let rest = sorted.filter { $0 > after }
            #expect(names.names(after: after, most: 700) == Array(rest.prefix(700)), "\(after)")
        }
        for name in model { names.remove(name) }
        #expect(names.isEmpty)
        #expect(names.names(after: nil, most: 1) == [])
    }
}
