import Audit
import Foundation
import Gateway
import StrictJSON
import Testing

/// Every kind of record that a gateway writes is held against the list of allowed fields.
@Suite(.serialized) struct RecordFieldTests {
    @Test func everyRecordHasListedFieldsOnly() throws {
        let gateway = try GatewayProcess(
            configuration: """
                audit: { segment_bytes: 64KiB, fill_bytes: 16KiB, personal: [user, operator],
                         custody_interval: 1s, self_audit: 1s }

                """)
        try gateway.start()
        try gateway.issue("api")
        #expect(try gateway.register("api", "a-1", ttl: 1).status == 201)
        _ = try RegisteringClients(gateway, service: "web", clients: 2, each: 80).finish()
        // Each row of the route table, as the operator and refused as a service.
        for route in RouteDescription.all where !route.isPublic {
            for identity in [nil, "api"] as [String?] {
                let path = route.path.replacing("{service}", with: "api")
                    .replacing("{id}", with: "a-2").replacing("{seq}", with: "1")
                    .replacing("{size}", with: "1")
                _ = try gateway.curl(
                    route.method, path, body: route.takesBody ? #"{"id":"secret-canary"}"# : nil,
                    as: identity, headers: ["authorization: Bearer secret-canary"])
                _ = try gateway.curl(
                    route.method, path, body: route.takesBody ? Self.body(of: route) : nil,
                    as: identity)
            }
        }
        #expect(try gateway.curl("GET", "/api/maxine/services?token=secret-canary").status == 400)
        #expect(try gateway.maxine("audit", "rotate-key", "--dir", "data/audit").status == 0)
        #expect(
            try gateway.awaitRecord { $0["action"]?.string == "log.audited" } != nil)
        #expect(try gateway.awaitRecord { $0["action"]?.string == "service.expire" } != nil)
        #expect(gateway.stop() == 0)
        try gateway.start()
        #expect(gateway.stop() == 0)
        var kinds: Set<String> = []
        for line in try Self.lines(gateway) {
            let unlisted = RecordFields.unlisted(in: Array(line.utf8))
            #expect(unlisted.isEmpty, "\(unlisted): \(line)")
            #expect(!line.contains("secret-canary"), "\(line)")
            let record = try StrictJSON.parse(Array(line.utf8))
            kinds.insert("\(record["type"]?.string ?? "") \(record["action"]?.string ?? "")")
        }
        #expect(kinds.count >= 20, "\(kinds.sorted())")
    }

    private static func body(of route: RouteDescription) -> String {
        switch route.action {
        case "service.register":
            #"{"address":"10.0.0.7","port":80,"tags":["a"],"metadata":{"k":"v"}}"#
        default: #"{"kind":"user","id":"bob","reason":"court"}"#
        }
    }

    /// The record lines of plain and packed segments.
    private static func lines(_ gateway: GatewayProcess) throws -> [String] {
        var tail = LogTail(
            directory: gateway.folder.appending(path: "data/audit").path, from: 1)
        var lines: [String] = []
        while case let records = try tail.next(), !records.isEmpty {
            lines += records.map { String(decoding: $0.line, as: UTF8.self) }
        }
        return lines
    }
}
