import Foundation
import Testing

/// A gateway that is told to stop finishes what it has begun.
@Suite(.serialized) struct DrainTests {
    @Test(arguments: ["--http1.1", "--http2"])
    func losesNoAcknowledgedRegistrationWhenToldToStop(option: String) throws {
        let gateway = try GatewayProcess()
        for round in 1...3 {
            try gateway.start()
            let service = "drain-\(round)"
            let clients = try RegisteringClients(
                gateway, service: service, clients: 8, each: 3000, options: option)
            usleep(UInt32(round) * 400_000)
            #expect(gateway.stop() == 0)
            let answers = try clients.finish()
            #expect(answers.allSatisfy { $0.status == 201 })
            #expect(!answers.isEmpty)
            let verified = try gateway.verify()
            #expect(verified.status == 0, "\(verified.error)")
            let outcomes = try gateway.records().count { $0.contains(#""type":"outcome""#) }
            let intents = try gateway.records().count { $0.contains(#""type":"intent""#) }
            #expect(outcomes == intents)
            try gateway.start()
            let listed = try gateway.instanceIDs(service)
            let acknowledged = Set(answers.map(\.id))
            #expect(acknowledged == listed, "\(acknowledged.symmetricDifference(listed).count)")
            #expect(gateway.stop() == 0)
        }
    }

    @Test func answersARequestWhoseBodyComesAfterTheOrderToStop() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let pipe = try TLSPipe(gateway)
        let body = #"{"address":"10.0.0.7","port":8080}"#
        pipe.send(
            "PUT /api/maxine/services/api/instances/late HTTP/1.1\r\nhost: localhost\r\n"
                + "content-length: \(body.utf8.count)\r\nexpect: 100-continue\r\n\r\n")
        pipe.read { !$0.isEmpty }
        #expect(String(decoding: pipe.received, as: UTF8.self).hasPrefix("HTTP/1.1 100 "))
        try gateway.signal(SIGTERM)
        usleep(500_000)
        pipe.send(body)
        let answer = pipe.answer()
        #expect(answer.hasPrefix("HTTP/1.1 201 "), "\(answer)")
        #expect(answer.lowercased().contains("connection: close"))
        #expect(pipe.waitForClose())
        #expect(gateway.stop() == 0)
        #expect(try gateway.verify().status == 0)
    }

    @Test func closesIdleConnectionsAtOnce() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let pipe = try TLSPipe(gateway)
        pipe.send("GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n\r\n")
        #expect(pipe.answer().hasPrefix("HTTP/1.1 200 "))
        let told = Date()
        #expect(gateway.stop() == 0)
        #expect(Date().timeIntervalSince(told) < 8)
        #expect(pipe.waitForClose())
    }
}
