import Foundation
import Gateway
import Policy
import Registry
import Testing

/// Callers that are async themselves go the same way as requests.
@Suite(.timeLimit(.minutes(10))) struct TypedCallTests {
    @Test func aFastOperationIsDecidedRecordedAndDone() async throws {
        let gateway = try SampleGateway()
        let (allowed, refused) = try await gateway.serving { [gateway] in
            let lanes = try gateway.lanes
            return (
                await lanes.perform(CountInstances("api"), by: lanes.asker(.operator("one"))),
                await lanes.perform(CountInstances("api"), by: lanes.asker(.anonymous))
            )
        }
        #expect(try allowed.result.get().count == 0)
        #expect(refused.status == 401)
        let records = try gateway.records("service.read")
        #expect(records.count == 2)
        for (done, record) in zip([allowed, refused], records) {
            let sequence = done.sequence ?? 0
            #expect(record.contains(#""seq":\#(sequence),"#), "\(record)")
        }
    }

    /// A change ticket that is held holds back what the store may call stored.
    @Test func noCallHoldsTheStoreBackOnceItIsDoneNorWhileItWaits() async throws {
        let gateway = try SampleGateway()
        let (done, stored) = try await gateway.serving { [gateway] in
            async let waiting = gateway.signOn()
            await gateway.directory.untilAsked(1)
            let lanes = try gateway.lanes
            let done = await lanes.perform(
                CountInstances("api"), by: lanes.asker(.operator("one")))
            let registry = try done.result.get().registry
            registry.observe(journalSequence: done.sequence ?? 0)
            try registry.persist()
            let stored = registry.appliedSequence
            gateway.directory.answer()
            _ = try await waiting
            return (done, stored)
        }
        #expect(try stored >= #require(done.sequence))
    }

    /// The outcome of a change is tried again like those of requests, until the log has it.
    @Test func anOutcomeThatCantBeWrittenIsWrittenLater() async throws {
        let gateway = try SampleGateway()
        let done = try await gateway.serving { [gateway] in
            async let call = gateway.signOn()
            await gateway.directory.untilAsked(1)
            gateway.files.fail()
            gateway.directory.answer()
            let done = try await call
            await gateway.files.failures.until(1)
            let lanes = try gateway.lanes
            let meanwhile = await lanes.perform(
                CountInstances("api"), by: lanes.asker(.operator("one")))
            #expect(meanwhile.status == 503)
            gateway.files.heal()
            var again = meanwhile
            while again.status == 503 {
                again = await lanes.perform(
                    CountInstances("api"), by: lanes.asker(.operator("one")))
            }
            return done
        }
        #expect(done.status == 200)
        let outcome = try gateway.outcome()
        #expect(outcome.contains(#""status":200"#))
    }

    /// The loops have ended: nobody would ever answer.
    @Test func aCallAfterTheEndIsRefused() async throws {
        let gateway = try SampleGateway()
        let lanes = try await gateway.serving { try gateway.lanes }
        let done = await lanes.perform(
            CountInstances("api"), by: lanes.asker(.operator("one")))
        #expect(done.status == 503)
        #expect(done.sequence == nil)
    }

    @Test func nothingIsDoneWhereNoRecordCanBeWritten() async throws {
        let gateway = try SampleGateway()
        let done = try await gateway.serving { [gateway] in
            gateway.files.fail()
            let done = try await gateway.signOn()
            gateway.files.heal()
            return done
        }
        #expect(done.status == 503)
        #expect(gateway.directory.asked.value == 0)
    }

    /// A call that waited while the policy changed is judged by the one in force.
    @Test func aCallIsJudgedByThePolicyInForceWhenItRuns() async throws {
        let gateway = try SampleGateway()
        let (before, after) = try await gateway.serving { [gateway] in
            let lanes = try gateway.lanes
            let asker = lanes.asker(.anonymous)
            let call = SignOn(user: "alice", password: "right", directory: gateway.directory)
            async let first = lanes.perform(call, by: asker)
            await gateway.directory.untilAsked(1)
            gateway.directory.answer()
            let before = await first
            try await gateway.reload(policy: "maxine_policy: 1\nname: nothing-allowed\n")
            return (before, await lanes.perform(call, by: asker))
        }
        #expect(before.status == 200)
        #expect(after.status == 401)
        #expect(gateway.directory.asked.value == 1)
    }
}
