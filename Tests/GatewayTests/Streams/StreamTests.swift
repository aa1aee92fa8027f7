import Foundation
import Gateway
import NIOConcurrencyHelpers
import StrictJSON
import Support
import Testing

/// Answers that are written while they are sent, over real TLS, with curl as client.
@Suite(.timeLimit(.minutes(10))) struct StreamTests {
    static let versions = ["--http1.1", "--http2"]

    @Test(arguments: versions)
    func eventsGoOutAsTheyHappen(_ version: String) async throws {
        let house = try StreamHarness()
        try await house.gateway.serving { gateway in
            house.feed.send(1)
            let curl = try StreamingCurl(gateway, "/streams/events", [version])
            #expect(await curl.until("event: tick\nid: 1\ndata: 1\n\n"))
            #expect(curl.output.contains("content-type: text/event-stream\r\n"))
            #expect(curl.output.contains("cache-control: no-store\r\n"))
            house.feed.send(2, 3)
            #expect(await curl.until("data: 2\n\nevent: tick\nid: 3\ndata: 3\n\n"))
            house.feed.finish()
            #expect(await curl.status() == 0)
        }
        let records = try house.gateway.records("service.watch")
        #expect(records.count == 2)
        #expect(records.first?.contains(#""type":"decision""#) == true)
        let closing = try await house.closing("service.watch")
        #expect(closing.streamEnd == "complete")
        #expect(closing.streamItems == 3)
        #expect(closing["status"]?.integer == 200)
    }

    @Test(arguments: versions)
    func aLongListArrivesWhole(_ version: String) async throws {
        let house = try StreamHarness(numbers: 300_000)
        let answer = try await house.gateway.serving { gateway in
            try await gateway.curl("GET", "/streams/json", options: [version])
        }
        #expect(answer.status == 200)
        let expected = "[" + (0..<300_000).map(String.init).joined(separator: ",") + "]"
        #expect(answer.body == expected)
        let closing = try await house.closing("service.read")
        #expect(closing.streamEnd == "complete")
        #expect(closing.streamItems == 300_000)
        #expect(closing.streamBytes == expected.utf8.count)
        #expect(closing["detail"]?["intent"]?.integer == answer.sequence)
    }

    @Test func eachFormatIsARow() async throws {
        let house = try StreamHarness(numbers: 2)
        let (lines, table, none) = try await house.gateway.serving { gateway in
            (
                try await gateway.curl("GET", "/streams/jsonl"),
                try await gateway.curl("GET", "/streams/csv"),
                try await gateway.curl("GET", "/streams/csv?x=1")
            )
        }
        #expect(lines.body == "{\"n\":0}\n{\"n\":1}\n")
        #expect(lines.headers["content-type"] == "application/jsonl")
        #expect(table.body == "n,text\r\n0,'=0\r\n1,\"a \"\"b\"\", c\n\"\r\n")
        #expect(table.headers["content-type"] == "text/csv; charset=utf-8")
        #expect(none.status == 400)
    }

    @Test func aRefusedStreamNeverOpensItsSource() async throws {
        let house = try StreamHarness()
        let answer = try await house.gateway.serving { gateway in
            try await gateway.reload(
                policy: StreamHarness.policy("second", StreamHarness.notTheFeed))
            return try await gateway.curl("GET", "/streams/events")
        }
        #expect(answer.status == 403)
        #expect(try house.gateway.records("service.watch").count == 1)
    }

    @Test func thereAreOnlySoManyAtOnce() async throws {
        let house = try StreamHarness { $0.streamsMax = 1 }
        try await house.gateway.serving { gateway in
            house.feed.send(1)
            let curl = try StreamingCurl(gateway, "/streams/events")
            #expect(await curl.until("data: 1"))
            let other = try await gateway.curl("GET", "/streams/json")
            #expect(other.status == 503)
            #expect(other.headers["retry-after"] == "1")
            house.feed.finish()
            #expect(await curl.status() == 0)
            let closing = try await house.closing("service.watch")
            #expect(closing.streamEnd == "complete")
            #expect(try await gateway.curl("GET", "/streams/csv").status == 200)
        }
        #expect(try house.gateway.records("service.read")[1].contains(#""status":503"#))
    }

    @Test func aConnectionHasOnlySoMany() async throws {
        let house = try StreamHarness { $0.streamsPerConnectionMax = 0 }
        let answer = try await house.gateway.serving { gateway in
            try await gateway.curl("GET", "/streams/json")
        }
        #expect(answer.status == 503)
    }

    /// The kernel takes some megabytes; behind that the source waits, and what is held does not grow.
    @Test(arguments: versions)
    func aClientThatReadsNothingCostsLittleMemory(_ version: String) async throws {
        let house = try StreamHarness(numbers: 20_000_000)
        try await house.gateway.serving { gateway in
            let curl = try StreamingCurl(gateway, "/streams/json", [version, "-o", "/dev/null"])
            while house.streams.given.withLockedValue({ $0 }) == 0 {
                try await Task.sleep(for: .milliseconds(5))
            }
            curl.signal(SIGSTOP)
            let before = Self.residentMegabytes
            var given = -1
            while given != house.streams.given.withLockedValue({ $0 }) {
                given = house.streams.given.withLockedValue { $0 }
                try await Task.sleep(for: .milliseconds(300))
            }
            // An answer of 168 MB, of which the source gave no more than the kernel took.
            #expect(given < 8_000_000)
            // What other tests of this process take meanwhile is within that, the answer is not.
            #expect(Self.residentMegabytes - before < 128)
            print(
                "stalled", version, given, "items; grown by", Self.residentMegabytes - before, "MB")
            curl.signal(SIGKILL)
            curl.signal(SIGCONT)
            let closing = try await house.closing("service.read")
            #expect(closing.streamEnd == "client-gone")
            #expect(closing["status"]?.integer == 499)
        }
    }

    private static var residentMegabytes: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4 / 1024
    }
}
