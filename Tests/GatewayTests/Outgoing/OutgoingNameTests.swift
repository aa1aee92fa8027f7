import Auth
import Foundation
import NIOHTTP1
import PKI
import Support
import Testing

@testable import Gateway

/// Servers outside show a certificate for the very name that is configured; one for the address behind it is one that anybody there may have.
@Suite struct OutgoingNameTests {
    private static let host = "localhost"

    /// Certificates of a trusted authority that are not for `localhost`, though that is where they answer.
    static let others: [(commonName: String, names: String?)] = [
        ("keys", "IP:127.0.0.1"), ("localhost", nil), ("localhost", "IP:127.0.0.1"),
        ("localhost", "DNS:other.example"), ("localhost", "DNS:*"),
    ]

    private func fetch(_ server: KeyServer, of host: String) async throws -> String? {
        let address = try #require(
            KeyAddress(server.address(of: host) + "/keys", allowsLoopbackHTTP: false))
        let fetch = BoundedFetch(authorities: server.authorities, bytesMax: 1000)
        do throws(KeyReadingFault) {
            _ = try await fetch.get(address, accept: "application/json")
            return nil
        } catch {
            return error.description
        }
    }

    @Test(arguments: others)
    func aCertificateForAnotherNameIsNotTaken(
        _ commonName: String, _ names: String?
    ) async throws {
        try await KeyServer.with(commonName: commonName, names: names) { server in
            server.answer("/keys", body: "{}")
            let fault = try await fetch(server, of: Self.host)
            #expect(fault?.contains("its certificate is not for") == true, "\(fault ?? "taken")")
            #expect(server.paths.isEmpty, "nothing was said to it")
        }
    }

    @Test(arguments: [("localhost", "DNS:localhost"), ("127.0.0.1", "IP:127.0.0.1")])
    func aCertificateForTheNameIsTaken(_ host: String, _ names: String) async throws {
        try await KeyServer.with(names: names) { server in
            server.answer("/keys", body: "{}")
            let fault = try await fetch(server, of: host)
            #expect(fault == nil)
        }
    }

    @Test(arguments: others)
    func noTokenIsShownToAKeeperOfAnotherName(
        _ commonName: String, _ names: String?
    ) async throws {
        try await KeyServer.with(commonName: commonName, names: names) { server in
            server.answer("/v1/sys/health", body: "{}")
            let fault = try await ask(server)
            #expect(fault?.contains("its certificate is not for") == true, "\(fault ?? "taken")")
            #expect(server.paths.isEmpty, "nothing was said to it")
        }
    }

    @Test func aTokenIsShownToTheKeeperOfTheName() async throws {
        try await KeyServer.with(names: "DNS:localhost") { server in
            server.answer("/v1/sys/health", body: "{}")
            let fault = try await ask(server)
            #expect(fault == nil)
        }
    }
}

extension OutgoingNameTests {
    /// What is said when OpenBao is asked there; nil when it answers.
    ///
    /// Not on an event loop, nor in the pool of tasks: it waits.
    private func ask(_ server: KeyServer) async throws -> String? {
        let folder = try TestFolder()
        try folder.write("hvs.secret", to: "token")
        try folder.chmod("token", 0o600)
        var settings = GatewayConfiguration.Custody.OpenBao()
        settings.authorities = server.authorities
        let client = try OpenBaoClient(
            settings, address: server.address(of: Self.host), token: .file(folder.path("token")),
            environment: [:])
        return await withCheckedContinuation { answer in
            Thread.detachNewThread {
                do throws(PKIError) {
                    _ = try client.call(.GET, "sys/health")
                    answer.resume(returning: nil)
                } catch {
                    answer.resume(returning: error.message)
                }
            }
        }
    }
}
