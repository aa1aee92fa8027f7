package import Foundation
import Glibc

extension Process {
    /// Starts the program with no signal blocked, as a shell starts it.
    ///
    /// Tests run on worker threads that block most signals, and children inherit that: a shell would then
    /// wait for its children for ever.
    package func runWithOpenSignals() throws {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}
