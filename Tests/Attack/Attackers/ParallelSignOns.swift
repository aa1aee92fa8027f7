import AsyncHTTPClient
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import StrictJSON
import Support

/// 200 people sign on at once, again and again, while the first server of their directory is dead: it accepts and never says anything.
struct ParallelSignOns: Attack {
    let name = "parallel sign-ons"
    let ratioMax = 1.1

    private static let people = 200
    private static let pause = Duration.seconds(10)
    private let directories = NIOLockedValueBox<Directories?>(nil)

    private struct Directories {
        let good: SlapdServer
        let dead: HostileDirectory
    }

    private struct Counts {
        var waves = 0
        /// By status, or by what went wrong.
        var answers: [String: Int] = [:]
        var slowest = Duration.zero
    }

    func configuration() throws -> String {
        let good = try SlapdServer()
        try good.add((0..<Self.people).map(Self.entry).joined(separator: "\n"))
        let dead = try HostileDirectory(.silent, certificatesOf: good)
        directories.withLockedValue { $0 = Directories(good: good, dead: dead) }
        return try good.settings(servers: ["ldaps://127.0.0.1:\(dead.port)", good.address])
    }

    func run(_ target: Target, until end: ContinuousClock.Instant) async throws -> String {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        group.next().execute { FloodSocket.beModest() }
        let clients = try (0..<Self.people).map { try Self.client($0, target, on: group) }
        let counts = NIOLockedValueBox(Counts())
        while .now < end {
            counts.withLockedValue { $0.waves += 1 }
            await withDiscardingTaskGroup { wave in
                for (number, client) in clients.enumerated() {
                    wave.addTask {
                        let begin = ContinuousClock.now
                        let answer = await Self.answer(target, to: number, by: client)
                        counts.withLockedValue {
                            $0.answers[answer, default: 0] += 1
                            $0.slowest = max($0.slowest, .now - begin)
                        }
                    }
                }
            }
            try await Task.sleep(until: min(end, .now + Self.pause))
        }
        for client in clients { try await client.shutdown() }
        try await group.shutdownGracefully()
        return try Self.sentence(counts.withLockedValue { $0 })
    }

    private static func name(_ number: Int) -> String { "person-\(number)" }

    private static func entry(_ number: Int) -> String {
        """
        dn: uid=\(name(number)),ou=people,\(SlapdServer.base)
        objectClass: inetOrgPerson
        cn: \(name(number))
        sn: Person
        userPassword: \(SlapdServer.password)

        """
    }

    private static func sentence(_ counts: Counts) throws -> String {
        let (signedOn, told) = (counts.answers["201"] ?? 0, counts.answers["503"] ?? 0)
        let others = counts.answers.filter { $0.key != "201" && $0.key != "503" }
        guard signedOn > 0, others.isEmpty else {
            throw TestFault(description: "answers: \(counts.answers)")
        }
        let seconds = String(format: "%.1f", counts.slowest / .seconds(1))
        return
            "\(counts.waves) times \(people) people at once with a dead server before the good one: "
            + "\(signedOn) signed on, \(told) told to come again, the slowest in \(seconds) s"
    }

    /// Each from an address of their own.
    private static func client(
        _ number: Int, _ target: Target, on group: any EventLoopGroup
    ) throws -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(target.folder.appending(path: "certs/bundle.pem").path)
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.localAddress = "127.0.1.\(number + 1)"
        return HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }

    private static func answer(
        _ target: Target, to number: Int, by client: HTTPClient
    ) async -> String {
        do {
            return String(try await signOn(target, number, by: client))
        } catch {
            return "\(error)"
        }
    }

    private static func signOn(
        _ target: Target, _ number: Int, by client: HTTPClient
    ) async throws -> Int {
        var request = HTTPClientRequest(
            url: "https://127.0.0.1:\(target.peoplePort)/api/maxine/auth/login")
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        var body = JSONWriter()
        body.value(
            .object([
                JSONMember(name: "user", value: .string(name(number))),
                JSONMember(name: "password", value: .string(SlapdServer.password)),
            ]))
        request.body = .bytes(ByteBuffer(bytes: body.bytes))
        let response = try await client.execute(request, timeout: .seconds(30))
        _ = try await response.body.collect(upTo: 1 << 16)
        return Int(response.status.code)
    }
}
