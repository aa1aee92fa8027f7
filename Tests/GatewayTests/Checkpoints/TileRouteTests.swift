import Audit
import Foundation
import Gateway
import Support
import Testing

/// The log's tree as other programs read it, on the listener of what is public.
@Suite(.timeLimit(.minutes(10))) struct TileRouteTests {
    @Test func anybodyReadsTilesAndKeysAndNoRecords() async throws {
        let gateway = try InProcessGateway { $0.audit.publishesEntries = true }
        try await gateway.serving { gateway in
            for _ in 0..<3 {
                let path = "/api/maxine/services/s[1-100]"
                #expect(try await gateway.curl("GET", path).status == 200)
            }
            gateway.clock.advance(by: .seconds(1))
            try await gateway.tick(.checkpoints)
            let address = gateway.federationAddress
            let tile = try await gateway.curl(
                "GET", "/tile/0/000", options: ["-o", "tile"], at: address)
            #expect(tile.status == 200)
            #expect(tile.headers["content-type"] == "application/octet-stream")
            #expect(tile.headers["cache-control"] == "public, max-age=31536000, immutable")
            #expect(
                try gateway.left.bytes("tile")
                    == gateway.left.bytes("data/audit/tlog/tile/0/000"))
            let end = try await gateway.curl("GET", "/checkpoint", at: address)
            #expect(end.headers["cache-control"] == "no-store")
            let size = try #require(
                end.body.split(separator: "\n").dropFirst().first.flatMap { Int($0) })
            let partial = try await gateway.curl(
                "GET", "/tile/0/001.p/\(size - 256)", options: ["-o", "partial"], at: address)
            #expect(partial.status == 200)
            #expect(try gateway.left.bytes("partial").count == (size - 256) * 32)
            let keys = try await gateway.curl("GET", "/log.vkey", at: address)
            #expect(try Array(keys.body.utf8) == gateway.left.bytes("certs/log.vkey"))
            #expect(keys.headers["cache-control"]?.hasPrefix("public, max-age=") == true)
            for path in [
                "entries/000", "0/0", "0/0000", "00/000", "8/000", "0/x000/000", "0/x001",
                "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/005", "0/x001/x001/x001/x001/001",
                "0/000.q/1", "0/x001/000", "-1/000", "0/+00",
            ] {
                let answer = try await gateway.curl("GET", "/tile/" + path, at: address)
                #expect(answer.status == 404, "\(path): \(answer.status)")
            }
        }
    }
}
