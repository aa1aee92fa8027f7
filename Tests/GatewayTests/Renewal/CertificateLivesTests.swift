import Foundation
@testable import Gateway
import Support
import Testing

/// What ends is said long before: in gauges, once each in the log, and to whoever asks whether we are ready.
@Suite(.timeLimit(.minutes(10))) struct CertificateLivesTests {
    private let day = Duration.seconds(86_400)

    private func seconds(_ gateway: InProcessGateway, _ labels: String) async throws -> Int? {
        let text = try await gateway.page("/metrics").body
        let prefix = "maxine_certificate_seconds_left{\(labels)} "
        return text.split(separator: "\n").first { $0.hasPrefix(prefix) }
            .flatMap { Int($0.dropFirst(prefix.count)) }
    }

    private func lines(_ gateway: InProcessGateway, _ words: String) -> [Substring] {
        gateway.logText().split(separator: "\n").filter { $0.contains(words) }
    }

    @Test func eachCertificateThatWeHoldHasAGauge() async throws {
        try await InProcessGateway().serving { gateway in
            let text = try await gateway.page("/metrics").body
            let kinds = text.matches(of: #/maxine_certificate_seconds_left\{kind="([a-z]+)"/#)
            #expect(
                Set(kinds.map { String($0.1) }) == ["root", "intermediate", "gateway", "operator"])
            let own = #"kind="gateway",name="maxine""#
            #expect(try await seconds(gateway, own) == 86_400)
            let operators = #"kind="operator",name="operator""#
            #expect(try await seconds(gateway, operators) == 90 * 86_400)
            gateway.clock.advance(by: .seconds(100))
            #expect(try await seconds(gateway, own) == 86_300)
            gateway.clock.advance(by: .seconds(43_200))
            try await gateway.tick(.certificates)
            #expect(try await seconds(gateway, own) == 86_400, "renewed at half of its life")
            gateway.clock.advance(by: day * 95)
            #expect(try await seconds(gateway, operators) == 0)
            gateway.clock.advance(by: day * 7)
            #expect(try await seconds(gateway, operators) == nil, "forgotten a week after its end")
        }
    }

    @Test func athirdATenthAndAThirtiethAreSaidOnceEachAndThenTheEnd() async throws {
        let gateway = try InProcessGateway()
        let operators = "operator certificate operator"
        try await gateway.serving { gateway in
            func look(_ days: Int, _ count: Int, _ level: String) async throws {
                gateway.clock.advance(by: day * days)
                for _ in 0..<3 { try await gateway.tick(.certificates) }
                let said = lines(gateway, operators)
                #expect(said.count == count, "\(days): \(said)")
                #expect(said.last?.hasPrefix(level) ?? true, "\(said)")
            }
            try await look(59, 0, "")
            #expect(try await !gateway.page("/readyz").body.contains(operators))
            try await look(1, 1, "notice")
            let page = try await gateway.page("/readyz")
            #expect(page.status == 200)
            #expect(page.body.contains("\(operators) ends in 30 d, at "), "\(page.body)")
            try await look(20, 1, "notice")
            try await look(1, 2, "warning")
            try await look(6, 3, "error")
            try await look(3, 4, "error")
            #expect(
                lines(gateway, operators).last?.contains("maxine operator renew operator") == true)
            #expect(try await gateway.page("/readyz").body.contains("\(operators) ended at "))
        }
        try await gateway.serving { gateway in
            for _ in 0..<3 { try await gateway.tick(.certificates) }
            #expect(lines(gateway, operators).count == 1, "once more after a start, what is worst")
        }
    }

    /// Old ones end by themselves.
    @Test func ofOurAuthoritiesThoseThatSignOrAreToSignAreWatched() async throws {
        try await InProcessGateway().serving { gateway in
            func intermediates() async throws -> Int {
                try await gateway.page("/metrics").body.split(separator: "\n").count {
                    $0.hasPrefix(#"maxine_certificate_seconds_left{kind="intermediate""#)
                }
            }
            #expect(try await intermediates() == 1)
            for (step, count) in [("prepare", 2), ("activate", 1)] {
                let taken = try await gateway.curl("POST", "/api/maxine/ca/\(step)")
                #expect(taken.status == 200, "\(taken.body)")
                #expect(try await intermediates() == count)
            }
        }
    }

    @Test func aRenewedOneIsSpokenOfAnewAndAClockThatGoesBackRepeatsNothing() async throws {
        let operators = "operator certificate alice"
        try await InProcessGateway().serving { gateway in
            try await gateway.awaitSocket()
            func look(_ days: Int, _ count: Int) async throws {
                gateway.clock.advance(by: day * days)
                try await gateway.tick(.certificates)
                #expect(lines(gateway, operators).count == count, "\(days)")
            }
            _ = try await Assembly.createOperator(gateway.settings, name: "alice")
            try await look(61, 1)
            gateway.clock.setWall(by: .seconds(-2 * 86_400))
            try await look(0, 1)
            try await look(2, 1)
            _ = try await Assembly.createOperator(gateway.settings, name: "alice")
            try await look(0, 1)
            try await look(61, 2)
        }
    }

    /// Whoever was sent away needs no successor.
    @Test func aRevokedOperatorIsNotNaggedAbout() async throws {
        try await InProcessGateway().serving { gateway in
            _ = try await gateway.renew(
                id: "spiffe://maxine.local/operator/alice", as: nil, to: "alice",
                at: "/api/maxine/identity/operators")
            let alice = #"kind="operator",name="alice""#
            #expect(try await seconds(gateway, alice) != nil)
            let revoked = try await gateway.revoke(
                #""spiffeId":"spiffe://maxine.local/operator/alice""#)
            #expect(revoked.status == 200)
            #expect(try await seconds(gateway, alice) == nil)
        }
    }

    @Test(arguments: [
        (0, 90, 0), (59, 90, 0), (60, 90, 1), (80, 90, 1), (81, 90, 2), (86, 90, 2), (87, 90, 3),
        (89, 90, 3),
        (90, 90, 4), (1000, 90, 4),
    ])
    func theStageOfALife(spent: Int64, life: Int64, stage: Int) {
        let one = CertificateLife(
            kind: .root, name: "x", beginNanoseconds: 0, endNanoseconds: life * 1_000_000_000)
        #expect(one.stage(at: spent * 1_000_000_000) == stage)
        for odd in [Int64.min, .max] {
            let edge = CertificateLife(
                kind: .root, name: "x", beginNanoseconds: odd, endNanoseconds: -1 &- odd)
            _ = (edge.stage(at: odd), edge.secondsLeft(at: odd), edge.stage(at: 0))
        }
    }
}
