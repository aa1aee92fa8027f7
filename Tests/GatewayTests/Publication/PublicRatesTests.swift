@testable import Gateway
import Testing

/// What waits to be read on the listener of revocations is bounded for all together.
@Suite struct PublicRatesTests {
    @Test func longAnswersWaitOnlyWhileThereIsRoom() {
        let rates = PublicRates(elapsed: { 0 })
        let long = PublicationLimits.longAnswerBytes + 1
        #expect(rates.mayQueue(PublicationLimits.queuedBytesMax * 2), "the only one there is")
        rates.queue(PublicationLimits.queuedBytesMax - long)
        #expect(rates.mayQueue(long))
        rates.queue(1)
        #expect(!rates.mayQueue(long))
        #expect(rates.mayQueue(PublicationLimits.longAnswerBytes), "a short one always")
        rates.queue(-1)
        #expect(rates.mayQueue(long))
    }
}
