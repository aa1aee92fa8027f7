import Gateway
import NIOCore
import PKI
import Testing

/// Threads that wait for keys which are kept outside: few, bounded, and nobody waits for ever.
@Suite struct KeyThreadsTests {
    private let keeper = TestKeeper()

    private func outcome(_ body: () async throws(PKIError) -> Int) async -> String {
        do throws(PKIError) {
            let count = try await body()
            return String(count)
        } catch {
            return error.code
        }
    }

    @Test func runsAtOnceWhereNothingIsKeptOutside() async {
        let threads = KeyThreads(isNeeded: false)
        let seven = await outcome { () async throws(PKIError) in try await threads.run { 7 } }
        #expect(seven == "7")
    }

    @Test func whoeverWaitsTooLongIsToldSoAndTheThreadGoesOn() async throws {
        let threads = KeyThreads(isNeeded: true)
        let keeper = keeper
        let info = try keeper.makeKey("k")
        #expect(!info.isEmpty)
        keeper.hold(true)
        let late = await outcome { () async throws(PKIError) in
            try await threads.run(within: .milliseconds(20)) { () throws(PKIError) in
                try keeper.signature(of: [1], by: "k").count
            }
        }
        #expect(late == "key_away")
        keeper.hold(false)
        let next = await outcome { () async throws(PKIError) in
            try await threads.run { () throws(PKIError) in
                try keeper.signature(of: [1], by: "k").count
            }
        }
        #expect(Int(next) ?? 0 > 60, "\(next)")
    }

    @Test func moreThanMayWaitAreToldSoAtOnce() async throws {
        let threads = KeyThreads(isNeeded: true)
        let keeper = keeper
        _ = try keeper.makeKey("k")
        keeper.hold(true)
        let codes = await withTaskGroup(of: String.self) { group in
            for _ in 0..<300 {
                group.addTask {
                    await outcome { () async throws(PKIError) in
                        try await threads.run { () throws(PKIError) in
                            try keeper.signature(of: [1], by: "k").count
                        }
                    }
                }
            }
            var codes: [String] = []
            for await code in group {
                codes.append(code)
                if codes.count == 44 { keeper.hold(false) }
            }
            return codes
        }
        #expect(codes.prefix(44).allSatisfy { $0 == "key_away" })
        #expect(codes.dropFirst(44).allSatisfy { Int($0) ?? 0 > 60 })
    }
}
