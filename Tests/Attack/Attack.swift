import Foundation
import Support

/// Something done to a gateway from outside, or to the files and clocks below it.
protocol Attack: Sendable {
    /// The row's name in the table.
    var name: String { get }
    /// What the gateway's configuration has besides the defaults; starts what that names.
    func configuration() throws -> String
    /// Whether the gateway is right to refuse for a time, with 503 and Retry-After.
    var mayBeRefused: Bool { get }
    /// What the client's 99th percentile may be, in those of before.
    var ratioMax: Double { get }
    /// Makes ready what must be there before the gateway starts; returns the program that it is started under.
    func prepare(_ gateway: GatewayProcess) throws -> [String]
    /// Makes ready what the attacker needs, before anything is measured.
    func setUp(_ target: Target) async throws
    /// Attacks until the time is over; says what was done, in numbers.
    func run(_ target: Target, until end: ContinuousClock.Instant) async throws -> String
    /// Does what an operator does afterwards, so that the catalogue can be looked at.
    func restore(_ gateway: GatewayProcess) throws
}

extension Attack {
    func configuration() throws -> String { "" }
    var mayBeRefused: Bool { false }
    var ratioMax: Double { Demands.ratioMax }
    func prepare(_ gateway: GatewayProcess) throws -> [String] { [] }
    func setUp(_ target: Target) async throws {}
    func restore(_ gateway: GatewayProcess) throws {}
}

/// All attacks, in the order of the table.
enum AttackList {
    static let all: [any Attack] = [
        IdleSockets(), PlaintextFlood(), HalfOpenHTTP2(), ZeroWindows(), ListAmplification(),
        ClockSteps(), LogFiles(), FullJournal(), WrongCredentials(), ParallelSignOns(),
    ]
}

/// The gateway as an attacker sees it.
struct Target: Sendable {
    /// The service listener.
    let port: UInt16
    /// The people listener.
    let peoplePort: UInt16
    /// Where the gateway's files and the issued identities lie.
    let folder: URL

    /// The service whose identity the attacker has: an ordinary one, which may touch nothing but itself.
    static let attacker = "batch"
}
