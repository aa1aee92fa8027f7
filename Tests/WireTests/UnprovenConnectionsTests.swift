import NIOCore
import Testing

@testable import Wire

/// Who has to go when too many connections have not shown who they are.
@Suite struct UnprovenConnectionsTests {
    private let grace: UInt64 = 100_000_000

    private func table(_ all: Int, perSource: Int) -> UnprovenConnections<Int> {
        var limits = Limits()
        limits.unprovenMax = all
        limits.unprovenPerSourceMax = perSource
        return UnprovenConnections(limits)
    }

    private func source(_ address: String) throws -> PeerSource {
        PeerSource(try SocketAddress(ipAddress: address, port: 1))
    }

    @Test func theOldestThatHasSaidNothingGoesAtOnce() throws {
        var table = table(10, perSource: 3)
        let one = try source("10.0.0.1")
        for id in 1...3 { #expect(table.admit(id, from: one, at: 0) == .admitted) }
        table.noteSpoken(1)
        #expect(table.admit(4, from: one, at: 0) == .admittedInstead(of: 2))
        #expect(table.admit(5, from: one, at: 0) == .admittedInstead(of: 3))
        for id in [4, 5] { table.noteSpoken(id) }
        #expect(table.admit(6, from: one, at: 0) == .refused)
        #expect(table.admit(6, from: one, at: grace) == .admittedInstead(of: 1))
        #expect(table.admit(7, from: one, at: grace) == .admittedInstead(of: 4))
    }

    @Test func whoHasJustComeIsNotTakenForIdle() throws {
        var table = table(10, perSource: 3)
        let one = try source("10.0.0.1")
        for id in 1...2 { #expect(table.admit(id, from: one, at: 0) == .admitted) }
        for id in 1...2 { table.noteSpoken(id) }
        #expect(table.admit(3, from: one, at: grace) == .admitted)
        #expect(table.admit(4, from: one, at: grace) == .admittedInstead(of: 1))
        #expect(table.admit(5, from: one, at: grace) == .admittedInstead(of: 2))
        #expect(table.admit(6, from: one, at: 2 * grace) == .admittedInstead(of: 3))
    }

    @Test func theOldestOfASourceGoesOnceItHadAMoment() throws {
        var table = table(10, perSource: 2)
        let one = try source("10.0.0.1")
        defer { #expect(table.count == 3) }
        #expect(table.admit(1, from: one, at: 0) == .admitted)
        #expect(table.admit(2, from: one, at: 1) == .admitted)
        for id in [1, 2] { table.noteSpoken(id) }
        #expect(table.admit(3, from: one, at: 2) == .refused)
        #expect(table.admit(3, from: one, at: grace) == .admittedInstead(of: 1))
        table.noteSpoken(3)
        #expect(table.admit(4, from: one, at: grace) == .refused)
        #expect(table.admit(5, from: try source("10.0.0.2"), at: grace) == .admitted)
    }

    @Test func whoIsProvenGivesHisPlaceBack() throws {
        var table = table(10, perSource: 2)
        let one = try source("10.0.0.1")
        for id in 0..<1000 {
            #expect(table.admit(id, from: one, at: 0) == .admitted)
            if id.isMultiple(of: 2) { table.noteSpoken(id) }
            table.remove(id)
            table.remove(id)
        }
        #expect(table.count == 0)
    }

    @Test func allSourcesTogetherHaveABoundToo() throws {
        var table = table(3, perSource: 2)
        for id in 0..<3 {
            #expect(table.admit(id, from: try source("10.0.0.\(id)"), at: UInt64(id)) == .admitted)
            table.noteSpoken(id)
        }
        #expect(table.admit(9, from: try source("10.0.0.9"), at: 4) == .refused)
        table.remove(0)
        #expect(table.admit(9, from: try source("10.0.0.9"), at: 4) == .admitted)
        table.noteSpoken(9)
        let next = table.admit(10, from: try source("10.0.0.10"), at: 1 + grace)
        #expect(next == .admittedInstead(of: 1))
        #expect(table.count == 3)
    }

    @Test func aNetworkOfIPv6IsOneSource() throws {
        #expect(try source("2001:db8::1") == source("2001:db8::ffff:1"))
        #expect(try source("2001:db8::1") != source("2001:db8:0:1::1"))
        #expect(try source("::ffff:10.0.0.1") == source("10.0.0.1"))
        #expect(try source("10.0.0.1") != source("10.0.0.2"))
        #expect(try source("::1") != source("0.0.0.1"))
    }

    @Test func holdsItsBoundsWhateverComes() throws {
        var random = SystemRandomNumberGenerator()
        var table = table(50, perSource: 8)
        var present: Set<Int> = []
        let sources = try (0..<20).map { try source("10.0.0.\($0)") }
        for id in 0..<20_000 {
            let now = UInt64(id) * 3_000_000
            switch table.admit(
                id, from: sources.randomElement(using: &random) ?? sources[0], at: now)
            {
            case .admitted: present.insert(id)
            case .admittedInstead(let other):
                #expect(present.remove(other) != nil, "\(other) was not there")
                present.insert(id)
            case .refused: break
            }
            if Bool.random(using: &random), let one = present.randomElement() {
                table.noteSpoken(one)
            }
            if Bool.random(using: &random), let proven = present.randomElement() {
                table.remove(proven)
                present.remove(proven)
            }
            #expect(table.count == present.count && table.count <= 50)
        }
    }
}
