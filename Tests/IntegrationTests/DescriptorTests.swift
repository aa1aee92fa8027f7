import Foundation
import Glibc
import Support
import Testing

/// Idle sockets of one client, and what is left for the others.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct DescriptorTests {
    private static let idleSockets = 2700

    /// Softly limited to 1,024 files as a login shell is, and limited for good to half of that.
    @Test(arguments: ["ulimit -Sn 1024", "ulimit -n 512"])
    func idleSocketsOfOneSourceTakeNothingFromAClient(limit: String) throws {
        try Self.raiseOwnLimit()
        let gateway = try GatewayProcess(configuration: "limits: { connections_max: 2000 }\n")
        try gateway.start(under: ["bash", "-c", limit + #"; exec "$0" "$@""#])
        let path = "/api/maxine/services/api/instances/a"
        let registered = try gateway.curl(
            "PUT", path, body: #"{"address":"10.0.0.7","port":8080,"ttlSeconds":60}"#)
        #expect(registered.status == 201)
        let line = try #require(
            gateway.logText().split(separator: "\n").first { $0.contains("connections: ") })
        #expect(line.contains(" 512 file descriptors") == limit.hasSuffix("512"), "\(line)")
        #expect(line.contains("limits.connections_max") == limit.hasSuffix("512"), "\(line)")
        let port = UInt16(gateway.serviceAddress.split(separator: ":").last ?? "") ?? 0
        let kept = try TLSPipe(gateway, protocols: "http/1.1")
        var idle: [PlainSocket] = []
        for number in 0..<Self.idleSockets {
            idle.append(try PlainSocket(port: port))
            guard number % 100 == 0 else { continue }
            // On the connection from before and on a new one.
            kept.send(
                "POST \(path)/heartbeat HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n")
            let answer = kept.answer()
            #expect(answer.hasPrefix("HTTP/1.1 20"), "\(answer) after \(number) sockets")
            let fresh = try gateway.curl("POST", path + "/heartbeat")
            #expect(fresh.status < 300, "\(fresh) after \(number) sockets")
        }
        #expect(try gateway.health("/readyz") == 200)
        #expect(try gateway.health("/metrics") == 200)
        let busy = try Self.processorSeconds(of: gateway, for: 1)
        #expect(busy < 0.5, "it spins: \(busy) s of one")
        withExtendedLifetime(idle) {}
        #expect(gateway.stop() == 0)
        let heartbeats = try gateway.records("service.heartbeat")
            .filter { !$0.contains(#""type":"outcome""#) }
        #expect(heartbeats.count == 2 * Self.idleSockets / 100)
    }

    private static func raiseOwnLimit() throws {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        getrlimit(resource, &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
        try #require(limit.rlim_cur > idleSockets + 500, "this process may open too few files")
    }

    /// What a process uses of the processors while nobody asks it anything.
    private static func processorSeconds(of gateway: GatewayProcess, for seconds: UInt32) throws
        -> Double
    {
        let before = try ticks(of: gateway)
        sleep(seconds)
        return Double(try ticks(of: gateway) - before) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func ticks(of gateway: GatewayProcess) throws -> Int {
        let number = try #require(gateway.process?.id)
        let text = try String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        return (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
    }
}
