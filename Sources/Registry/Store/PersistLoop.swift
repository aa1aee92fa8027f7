import Foundation
import NIOConcurrencyHelpers
import Synchronization

/// The thread that calls the persister: soon after a change, and again after a failure.
final class PersistLoop: Sendable {
    private let persister: Persister
    private let signal = ConditionLock(value: Signal.idle)
    private let ended = ConditionLock(value: true)
    private let isStopping = Synchronization.Atomic<Bool>(false)

    private enum Signal { case idle, work }

    init(persister: Persister) {
        self.persister = persister
    }

    func start() {
        ended.lock()
        ended.unlock(withValue: false)
        let thread = Thread { [self] in
            run()
            ended.lock()
            ended.unlock(withValue: true)
        }
        thread.name = "maxine-store"
        thread.start()
    }

    /// Asks the thread to write; never blocks on a write.
    func wake() {
        signal.lock()
        signal.unlock(withValue: .work)
    }

    /// Ends the thread after the write under way, if any.
    func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        wake()
        ended.lock(whenValue: true)
        ended.unlock()
    }

    private func run() {
        var pauseMilliseconds = RegistryLimits.storePauseMillisecondsMin
        while true {
            signal.lock(whenValue: .work)
            signal.unlock(withValue: .idle)
            guard !isStopping.load(ordering: .sequentiallyConsistent) else { return }
            do throws(RegistryError) {
                try persister.persist()
                pauseMilliseconds = RegistryLimits.storePauseMillisecondsMin
            } catch {
                pauseMilliseconds = min(
                    pauseMilliseconds * 2, RegistryLimits.storePauseMillisecondsMax)
            }
            pause(milliseconds: pauseMilliseconds)
        }
    }

    /// Lets changes gather, so that a batch holds many.
    private func pause(milliseconds: Int) {
        var rest = milliseconds
        while rest > 0, !isStopping.load(ordering: .sequentiallyConsistent) {
            Thread.sleep(forTimeInterval: Double(min(rest, 20)) / 1000)
            rest -= 20
        }
    }
}
