import Auth
import NIOCore
import Testing

@testable import Gateway

/// A server outside may take its time as long as its whole answer takes no more than the bound, to the body's last byte.
@Suite struct SlowAnswerTests {
    private func expect(
        _ end: String?, of page: KeyServer.Page, within time: TimeAmount
    ) async throws {
        try await KeyServer.with { server in
            server.answer("/keys", page)
            let address = try #require(
                KeyAddress(server.address + "/keys", allowsLoopbackHTTP: false))
            let fetch = BoundedFetch(
                authorities: server.authorities, bytesMax: 1000, time: time)
            var fault: String?
            do throws(KeyReadingFault) {
                _ = try await fetch.get(address, accept: "application/json")
            } catch {
                fault = error.description
            }
            #expect(fault == end.map { "\(address.text) can't be read: \($0)" })
        }
    }

    @Test func aServerThatSaysNothingIsLeft() async throws {
        try await expect(
            "it does not answer in time", of: .init(isSilent: true), within: .milliseconds(300))
    }

    /// Each byte comes soon after the last one, and the last one after 30 s.
    @Test func aServerThatTricklesIsLeft() async throws {
        let page = KeyServer.Page(
            body: String(repeating: " ", count: 600), pace: .milliseconds(50))
        try await expect("it does not answer in time", of: page, within: .seconds(1))
    }

    @Test func aSlowAnswerInTimeIsTaken() async throws {
        let page = KeyServer.Page(body: "{}", pace: .milliseconds(20))
        try await expect(nil, of: page, within: .seconds(30))
    }
}
