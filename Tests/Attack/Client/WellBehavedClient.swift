import AsyncHTTPClient
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import Support

/// One service that does what services do, 100 times a second, whether or not the answers come in time.
///
/// Six in ten requests discover, three keep a lease, one registers or deregisters; half of them over HTTP/1.1, half
/// over HTTP/2, two a second on a new connection. What a request takes is counted from when it was due.
final class WellBehavedClient: Sendable {
    enum Phase: Int, Sendable { case warming, calm, attack, after }

    static let perSecond = 100

    private struct State {
        var phase = Phase.warming
        var isStopped = false
        var samples: [Phase: [Sample]] = [:]
    }

    let ledger = Ledger()
    private let state = NIOLockedValueBox(State())
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let callers: [Caller]
    private let freshCallers: [Caller]

    init(_ gateway: GatewayProcess) throws {
        let group = group
        let caller = { (version: HTTPClient.Configuration.HTTPVersion, isFresh: Bool) in
            try Caller(
                .service("web"), in: gateway.folder, address: gateway.serviceAddress,
                version: version, isFresh: isFresh, on: group)
        }
        callers = try [caller(.http1Only, false), caller(.automatic, false)]
        freshCallers = try [caller(.http1Only, true), caller(.automatic, true)]
    }

    /// Counts the requests that are due from now on for another stretch of time.
    func enter(_ phase: Phase) { state.withLockedValue { $0.phase = phase } }

    func stop() { state.withLockedValue { $0.isStopped = true } }

    func samples(_ phase: Phase) -> Samples {
        Samples(state.withLockedValue { $0.samples[phase] ?? [] })
    }

    /// Sends until it is stopped, and waits for the last answers.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            var due = ContinuousClock.now
            var number = 0
            while !state.withLockedValue({ $0.isStopped }) {
                try await Task.sleep(until: due)
                let (now, turn, phase) = (due, number, state.withLockedValue { $0.phase })
                group.addTask {
                    let outcome = await self.request(turn)
                    let sample = Sample(outcome: outcome, duration: .now - now)
                    self.state.withLockedValue { $0.samples[phase, default: []].append(sample) }
                }
                due += .seconds(1) / Self.perSecond
                number += 1
            }
        }
    }

    func shutDown() async throws {
        for caller in callers + freshCallers { try await caller.shutDown() }
        try await group.shutdownGracefully()
    }

    static func instance(ttl: Int) -> String {
        #"{"address":"10.0.0.7","port":8080,"tags":["primary"],"ttlSeconds":\#(ttl)}"#
    }

    private func request(_ number: Int) async -> Sample.Outcome {
        do {
            let version = number / 10 % 2
            if number % 50 == 0 {
                // Of a hundred, one on a new connection of each protocol.
                return outcome(of: try await discover(freshCallers[number / 50 % 2]))
            }
            switch number % 10 {
            case 6, 7, 8: return outcome(of: try await beat(number, callers[version]))
            case 9: return try await turn(number, callers[version])
            default: return outcome(of: try await discover(callers[version]))
            }
        } catch {
            return .failed("\(error)")
        }
    }

    private func discover(_ caller: Caller) async throws -> Caller.Answer {
        try await caller.send(.GET, "/discover/api?strategy=random")
    }

    private func beat(_ number: Int, _ caller: Caller) async throws -> Caller.Answer {
        let beat = number / 10 * 3 + number % 10 - 6
        let id = "beat-\(beat % Catalogue.beating)"
        return try await caller.send(.POST, "/services/web/instances/\(id)/heartbeat")
    }

    /// Registers an instance or takes one away.
    private func turn(_ number: Int, _ caller: Caller) async throws -> Sample.Outcome {
        let leaving = number / 20 % 2 == 0 ? nil : ledger.leaving()
        let id = leaving ?? ledger.next()
        let path = "/services/web/instances/\(id)"
        let answer =
            leaving == nil
            ? try await caller.send(.PUT, path, body: Self.instance(ttl: 3600))
            : try await caller.send(.DELETE, path)
        let outcome = outcome(of: answer)
        if (outcome == .done) == (leaving == nil) { ledger.isThere(id) } else { ledger.isGone(id) }
        return outcome
    }

    private func outcome(of answer: Caller.Answer) -> Sample.Outcome {
        switch answer.status {
        case 200..<300: .done
        case 429 where answer.retryAfter: .tooMany
        case 503 where answer.retryAfter: .unavailable
        default:
            .failed(
                "answered \(answer.status): \(String(decoding: answer.body.prefix(200), as: UTF8.self))"
            )
        }
    }
}
