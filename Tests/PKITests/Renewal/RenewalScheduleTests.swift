@testable import PKI
import Policy
import Support
import Testing

@Suite("When an identity is renewed")
struct RenewalScheduleTests {
    private let now: Int64 = 1_795_435_200_000_000_000
    private let second: Int64 = 1_000_000_000

    /// One that our authority has issued for so long.
    private func identity(seconds: Int) throws -> HeldIdentity {
        let scratch = try TestFolder()
        let configuration = TrustDomainConfiguration(
            directory: scratch.path + "/pki", trustDomain: "maxine.test", datacenter: "dc1")
        let store = try TrustDomainStore.openOrCreate(configuration, nowNanoseconds: now)
        let request = try ParsedCSR(TestRequest.der())
        let svid = try store.authority.sign(
            subjectPublicKeyInfo: request.subjectPublicKeyInfo, id: request.spiffeID, names: [],
            ttlSeconds: seconds, ttlSecondsMax: seconds, nowNanoseconds: now)
        return try HeldIdentity(pem: Array(svid.chainPEM.utf8), path: "svid.pem")
    }

    @Test(arguments: [5, 10, 3600, 86_400])
    func isShortlyBeforeHalfOfItsLife(seconds: Int) throws {
        let identity = try identity(seconds: seconds)
        #expect(identity.issuedNanoseconds == now, "what is set back counts for nothing")
        #expect(identity.endNanoseconds == now + Int64(seconds) * second)
        let schedule = RenewalSchedule(identity)
        let life = Int64(seconds) * second
        #expect(schedule.dueNanoseconds(jitter: 0) == now + life / 2)
        let earliest = schedule.dueNanoseconds(jitter: 0.999)
        #expect(earliest < now + life / 2 && earliest > now + life / 2 - life / 20)
    }

    @Test func waitsLongerAfterEachFailureAndFitsSeveralTimesIntoWhatIsLeft() throws {
        let schedule = RenewalSchedule(try identity(seconds: 3600))
        let waits = (1...12).map {
            schedule.waitNanoseconds(afterFailures: $0, nowNanoseconds: now, jitter: 0.999_999)
        }
        #expect(waits == waits.sorted() && (waits[0] / 1000) < second / 1000)
        #expect(waits[11] <= 60 * second && waits[11] > 59 * second)
        #expect(
            schedule.waitNanoseconds(afterFailures: .max, nowNanoseconds: now, jitter: 0)
                == 30 * second)
        for left in [60, 10, 3, 0, -5] {
            let wait = schedule.waitNanoseconds(
                afterFailures: 9, nowNanoseconds: now + Int64(3600 - left) * second, jitter: 1)
            #expect(wait <= max(second / 4, Int64(left) * second / 6), "\(left)")
            #expect(wait > 0)
        }
        #expect(
            schedule.waitNanoseconds(afterFailures: 1, nowNanoseconds: .min, jitter: -1) > 0)
    }

    @Test(arguments: [(3600, 30), (20, 10), (5, 2), (1, 1), (-5, 1)])
    func anAttemptLeavesTimeForOthers(left: Int, seconds: Int64) throws {
        let schedule = RenewalSchedule(try identity(seconds: 3600))
        let time = schedule.attemptNanoseconds(
            nowNanoseconds: now + Int64(3600 - left) * second)
        #expect(time / second == seconds)
        #expect(schedule.attemptNanoseconds(nowNanoseconds: .min) == second)
    }

    @Test(arguments: [
        "", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ])
    func whatIsNoIdentityIsSaid(text: String) {
        #expect(throws: PKIError.self) { try HeldIdentity(pem: Array(text.utf8), path: "svid.pem") }
    }
}
