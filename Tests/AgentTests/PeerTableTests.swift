import NIOHPACK
import NIOHTTP2
import NIOCore
import NIOEmbedded
import Testing

@testable import Agent

@Suite struct PeerTableTests {
    private let peer = Peer(
        credentials: PeerCredentials(pid: 1, uid: 7, gid: 7), process: nil)

    @Test func aUserHasSoManyCallsAndAllTogetherSoMany() {
        let table = PeerTable()
        for _ in 0..<AgentLimits.streamsPerUserMax { #expect(table.beginCall(uid: 7) == nil) }
        #expect(table.beginCall(uid: 7) == .user)
        #expect(table.beginCall(uid: 8) == nil)
        table.endCall(uid: 7)
        #expect(table.beginCall(uid: 7) == nil)
        var calls = AgentLimits.streamsPerUserMax + 1
        var uid: UInt32 = 100
        while calls < AgentLimits.streamsMax {
            if table.beginCall(uid: uid) == nil { calls += 1 } else { uid += 1 }
        }
        #expect(table.beginCall(uid: 9999) == .all)
    }

    @Test func connectionsAreBoundedAndForgotten() throws {
        let table = PeerTable()
        var names: [String] = []
        for _ in 0..<AgentLimits.connectionsMax { names.append(try #require(table.add(peer))) }
        #expect(table.add(peer) == nil)
        #expect(Set(names).count == names.count)
        table.remove(names[0])
        #expect(table.peer(names[0]) == nil)
        #expect(table.add(peer) != nil)
    }

    @Test func aNameThatAClientSendsIsReplaced() throws {
        let channel = EmbeddedChannel(handler: PeerStamp(name: "own"))
        let sent = HPACKHeaders([(":path", "/a"), (PeerStamp.key, "forged"), (PeerStamp.key, "b")])
        try channel.writeInbound(HTTP2Frame.FramePayload.headers(.init(headers: sent)))
        let trailers = HPACKHeaders([(PeerStamp.key, "forged")])
        try channel.writeInbound(HTTP2Frame.FramePayload.headers(.init(headers: trailers)))
        let first = try #require(try channel.readInbound(as: HTTP2Frame.FramePayload.self))
        let second = try #require(try channel.readInbound(as: HTTP2Frame.FramePayload.self))
        guard case .headers(let head) = first, case .headers(let tail) = second else {
            Issue.record("not headers")
            return
        }
        #expect(head.headers[PeerStamp.key] == ["own"])
        #expect(tail.headers[PeerStamp.key] == [])
    }
}
