import Policy
import Testing

@testable import Auth

@Suite struct GuessTallyTests {
    private static let window = DeviceLimits.guessNanoseconds
    private let address = IPAddress(parsing: "10.0.0.1")

    private static func person(_ number: Int) -> PrincipalDigest {
        PrincipalDigest(kind: "user", id: "idp/\(number)")
    }

    @Test func fewWrongCodesAreLookedAtOfOnePerson() {
        var tally = GuessTally(elapsedNanoseconds: 0)
        for _ in 0..<DeviceLimits.guessesOfPersonMax {
            #expect(tally.wait(of: Self.person(1), from: address, elapsedNanoseconds: 1) == nil)
            tally.count(of: Self.person(1), from: address, elapsedNanoseconds: 1)
        }
        #expect(tally.wait(of: Self.person(1), from: address, elapsedNanoseconds: 1) == 600)
        let elsewhere = IPAddress(parsing: "10.0.0.2")
        #expect(tally.wait(of: Self.person(1), from: elsewhere, elapsedNanoseconds: 1) != nil)
        #expect(tally.wait(of: Self.person(2), from: address, elapsedNanoseconds: 1) == nil)
        #expect(
            tally.wait(of: Self.person(1), from: address, elapsedNanoseconds: Self.window) == nil)
    }

    @Test func aSourceHasFewWithAllItsPersons() {
        var tally = GuessTally(elapsedNanoseconds: 0)
        for number in 0..<DeviceLimits.guessesOfSourceMax {
            tally.count(of: Self.person(number), from: address, elapsedNanoseconds: 1)
        }
        #expect(tally.wait(of: Self.person(99), from: address, elapsedNanoseconds: 1) != nil)
        let elsewhere = IPAddress(parsing: "10.0.0.2")
        #expect(tally.wait(of: Self.person(99), from: elsewhere, elapsedNanoseconds: 1) == nil)
    }

    @Test func allTogetherHaveNoMoreThanMay() {
        var tally = GuessTally(elapsedNanoseconds: 0)
        for number in 0..<DeviceLimits.guessesMax {
            tally.count(
                of: Self.person(number),
                from: IPAddress(parsing: "10.1.\(number / 256).\(number % 256)"),
                elapsedNanoseconds: 1)
        }
        let elsewhere = IPAddress(parsing: "10.0.0.2")
        #expect(tally.wait(of: Self.person(-1), from: elsewhere, elapsedNanoseconds: 1) != nil)
    }
}
