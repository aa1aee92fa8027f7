import Audit
import Testing

@testable import Gateway

@Suite struct RequestNumbersTests {
    @Test func noTwoRequestsAreCalledAlikeAndThoseOfOneLaneBeginAlike() {
        var (first, second) = (RequestNumbers(), RequestNumbers())
        var seen: Set<RequestID> = []
        for _ in 0..<10_000 {
            seen.insert(first.next())
            seen.insert(second.next())
        }
        #expect(seen.count == 20_000)
        #expect(Set(seen.map { $0.description.prefix(16) }).count == 2)
        #expect(seen.allSatisfy { $0.description.count == 32 })
    }
}
