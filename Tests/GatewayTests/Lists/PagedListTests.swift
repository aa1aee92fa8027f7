import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Lists through the native API: pages, their bounds, and cursors that fit or don't.
@Suite struct PagedListTests {
    private let instances = "/api/maxine/services/api"
    private let services = "/api/maxine/services"

    private struct Page {
        let names: [String]
        let next: String?
        let bytes: Int
    }

    private func page(
        _ path: String, _ name: String, of gateway: InProcessGateway
    ) async throws -> Page {
        let answer = try await gateway.curl("GET", path)
        #expect(answer.status == 200, "\(answer.body)")
        let value = try StrictJSON.parse(Array(answer.body.utf8))
        guard case .array(let entries) = value[name == "id" ? "instances" : "services"] else {
            throw TestFault(description: answer.body)
        }
        return Page(
            names: entries.compactMap { $0[name]?.string }, next: value["next"]?.string,
            bytes: answer.body.utf8.count)
    }

    /// One curl that registers instances 1 to so many of a name.
    private func register(
        _ service: String, _ id: String, body: String, in gateway: InProcessGateway
    ) async throws {
        let answer = try await gateway.curl(
            "PUT", "/api/maxine/services/\(service)/instances/\(id)", body: body)
        #expect(answer.status == 201, "\(answer.body.prefix(300))")
    }

    private let small = #"{"address":"10.0.0.7","port":80,"ttlSeconds":3600}"#

    @Test func pagesTogetherAreTheList() async throws {
        try await InProcessGateway().serving { gateway in
            try await register("api", "i-[01-25]", body: small, in: gateway)
            let whole = try await page(instances, "id", of: gateway)
            #expect(whole.names.count == 25)
            #expect(whole.next == nil)
            var all: [String] = []
            var query = "?limit=10"
            for _ in 0..<3 {
                let part = try await page(instances + query, "id", of: gateway)
                all += part.names
                guard let next = part.next else { break }
                query = "?limit=10&next=\(next)"
            }
            #expect(all == whole.names)
            try await register("s-[1-9]", "one", body: small, in: gateway)
            let first = try await page(services + "?limit=4", "service", of: gateway)
            #expect(first.names == ["api", "s-1", "s-2", "s-3"])
            let next = try #require(first.next)
            let rest = try await page(services + "?next=\(next)", "service", of: gateway)
            #expect(rest.names == (4...9).map { "s-\($0)" })
            #expect(rest.next == nil)
        }
    }

    @Test func aPageHasABoundOfBytes() async throws {
        try await InProcessGateway().serving { gateway in
            let metadata = (0..<15).map { #""k\#($0)":"\#(String(repeating: "v", count: 500))""# }
            let body =
                #"{"address":"10.0.0.7","port":80,"ttlSeconds":3600,"metadata":{"#
                + metadata.joined(separator: ",") + "}}"
            try await register("api", "i-[001-150]", body: body, in: gateway)
            let first = try await page(instances, "id", of: gateway)
            #expect(first.names.count < 150)
            #expect(first.bytes > 1 << 19)
            #expect(first.bytes < (1 << 20) + 1_024)
            let next = try #require(first.next)
            let second = try await page(instances + "?next=\(next)", "id", of: gateway)
            #expect((first.names + second.names).count == 150)
            #expect(Set(first.names + second.names).count == 150)
        }
    }

    @Test func cursorsOfOthersAndThoseTamperedWithAreRefused() async throws {
        try await InProcessGateway().serving { gateway in
            try await register("{api,web}", "i-[1-3]", body: small, in: gateway)
            let first = try await page(instances + "?limit=2", "id", of: gateway)
            let next = try #require(first.next)
            let good = try await page(instances + "?next=\(next)", "id", of: gateway)
            #expect(good.names == ["i-3"])
            var wrong = [
                "/api/maxine/services/web?next=\(next)", services + "?next=\(next)",
                instances + "?namespace=other&next=\(next)", instances + "?tag=a&next=\(next)",
                instances + "?version=1.0&next=\(next)", instances + "?health=passing&next=\(next)",
                instances + "?next=\(next)=", instances + "?next=\(next.dropLast())",
                instances + "?next=\(next)A",
            ]
            for place in 0..<next.count {
                var text = Array(next)
                text[place] = text[place] == "B" ? "C" : "B"
                wrong.append(instances + "?next=\(String(text))")
            }
            for path in wrong {
                let answer = try await gateway.curl("GET", path)
                #expect(answer.status == 400, "\(path)")
                #expect(answer.body.contains("next is no cursor of this list"), "\(answer.body)")
            }
        }
    }

    @Test func everyPageIsJudgedLikeTheFirst() async throws {
        let read = """
              - { id: web-reads-api, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [read] }
            """
        let gateway = try InProcessGateway(policy: TestPolicy.intentions("read", read))
        try await gateway.serving { gateway in
            try await gateway.issue("web")
            try await register("api", "i-[1-3]", body: small, in: gateway)
            let first = try await gateway.curl("GET", instances + "?limit=1", as: "web")
            #expect(first.status == 200)
            let value = try StrictJSON.parse(Array(first.body.utf8))
            let next = try #require(value["next"]?.string)
            #expect(
                try await gateway.curl("GET", instances + "?next=\(next)", as: "web").status == 200)
            try await gateway.reload(policy: TestPolicy.intentions("no-more"))
            let refused = try await gateway.curl("GET", instances + "?next=\(next)", as: "web")
            #expect(refused.status == 403)
            #expect(!refused.body.contains("i-"), "\(refused.body)")
        }
    }
}
