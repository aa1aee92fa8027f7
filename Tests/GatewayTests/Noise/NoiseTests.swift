import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// What strangers who never get through the handshake leave in the log.
@Suite struct NoiseTests {
    @Test func plaintextIsRecordedAFewTimesASourceAndCountedExactlyBeyond() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            try await throwPlaintext(60, at: gateway, from: "127.0.0.2")
            try await throwPlaintext(7, at: gateway, from: "127.0.0.3")
            try await gateway.tick(.noise)
            try await throwPlaintext(11, at: gateway, from: "127.0.0.2")
            #expect(try await gateway.curl("GET", "/api/maxine/status").status == 200)
        }
        // What came after the last round is written when the gateway closes.
        let own = try gateway.own()
        #expect(own["127.0.0.2"] == NoiseLimits.ownRecordsPerSource)
        #expect(own["127.0.0.3"] == NoiseLimits.ownRecordsPerSource)
        let rows = try gateway.aggregates()
        #expect(rows.map(\.count).sorted() == [2, 11, 55])
        #expect(rows.filter { $0.ip == "127.0.0.2" }.map(\.count).sorted() == [11, 55])
        for row in rows { #expect(row.reason == "plaintext" && row.scope == "source") }
        let longest = try gateway.records("tls.handshake").map(\.utf8.count).max() ?? 0
        #expect(longest > 0 && longest < NoiseLimits.recordBytes - 200, "with its commit line")
        gateway.expectWholeLog()
    }

    @Test func aJournalThatRefusesLosesNoCount() async throws {
        var outside = OutsideParts()
        let files = FaultyFiles()
        outside.files = files
        outside.journalRetrySeconds = 0.01
        let gateway = try InProcessGateway(outside: outside)
        try await gateway.serving { gateway in
            files.fail()
            try await throwPlaintext(20, at: gateway, from: "127.0.0.2")
            try await gateway.tick(.noise)
            files.heal()
            while try await gateway.page("/readyz").status != 200 { try Task.checkCancellation() }
        }
        let counted = try gateway.aggregates().reduce(0) { $0 + $1.count }
        #expect(counted + (try gateway.own().values.reduce(0, +)) == 20)
        gateway.expectWholeLog()
    }

    @Test func refusalsOfCertificatesThatWeSignedAreNeverCounted() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let files = try await Shell.aside {
                var plan = OpenSSLAuthority.Plan()
                plan.begins = gateway.clock.date.addingTimeInterval(-7200)
                plan.ends = gateway.clock.date.addingTimeInterval(-3600)
                return try OpenSSLAuthority(intermediateOf: gateway.folder).issue("old", plan)
            }
            // The last ones are let go on to the proof that they hold the key.
            for _ in 0..<NoiseLimits.unprovenBurst + 5 {
                let isClosed = try await Shell.aside {
                    try TLSPipe(gateway, as: files).waitForClose()
                }
                #expect(isClosed)
            }
        }
        let own = try gateway.journal().filter { $0["action"]?.string == "tls.handshake" }
        #expect(own.count == NoiseLimits.unprovenBurst + 5)
        #expect(own.allSatisfy { $0["reason"]?.string?.hasPrefix("expired") == true })
        #expect(try gateway.aggregates().isEmpty)
    }

    @Test func aStrangersCertificateWithOurNamesIsCounted() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let files = try await Shell.aside {
                try OpenSSLAuthority(strangerIn: gateway.folder).issue("foreign")
            }
            for _ in 0..<NoiseLimits.ownRecordsPerSource + 3 {
                _ = try await Shell.aside { try TLSPipe(gateway, as: files).waitForClose() }
            }
        }
        #expect(try gateway.own()["127.0.0.1"] == NoiseLimits.ownRecordsPerSource)
        #expect(try gateway.aggregates().map(\.count) == [3])
    }

    private func throwPlaintext(
        _ count: Int, at gateway: InProcessGateway, from source: String
    ) async throws {
        let port = try #require(gateway.serviceAddress.split(separator: ":").last)
        try await Shell.aside {
            for _ in 0..<count {
                let socket = try PlainSocket(port: UInt16(port) ?? 0, from: source)
                socket.send("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
                #expect(socket.waitForClose())
            }
        }
    }
}

extension InProcessGateway {
    /// An aggregate record, as a test looks at it.
    struct CountedRow {
        let ip: String?
        let reason: String?
        let scope: String?
        let count: Int
        let first: String?
        let last: String?
    }

    /// The records that count refusals.
    func aggregates() throws -> [CountedRow] {
        try journal().filter { $0["type"]?.string == "aggregate" }.map { record in
            CountedRow(
                ip: record["client"]?["ip"]?.string, reason: record["reason"]?.string,
                scope: record["detail"]?["of"]?.string,
                count: Int(record["detail"]?["count"]?.integer ?? 0),
                first: record["detail"]?["first"]?.string, last: record["detail"]?["last"]?.string)
        }
    }

    /// How many refused handshakes of each address have a record of their own.
    fileprivate func own() throws -> [String: Int] {
        let records = try journal().filter {
            $0["action"]?.string == "tls.handshake" && $0["type"]?.string == "decision"
        }
        return Dictionary(grouping: records) { $0["client"]?["ip"]?.string ?? "" }
            .mapValues(\.count)
    }
}
