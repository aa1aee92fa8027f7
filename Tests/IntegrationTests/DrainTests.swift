import Foundation
import Support
import Testing

/// A gateway that is told to stop finishes what it has begun.
@Suite(.serialized) struct DrainTests {
    @Test(arguments: ["--http1.1", "--http2"])
    func losesNoAcknowledgedRegistrationWhenToldToStop(option: String) throws {
        let gateway = try GatewayProcess(configuration: RegisteringClients.manyAllowed)
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
}
