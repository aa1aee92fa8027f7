internal import NIOCore

/// A connection as those see it who end it; used on its event loop only.
protocol LiveConnection: AnyObject {
    /// Has nothing more allowed of what is asked on it, until each such wish is taken back.
    func suspend()
    /// Takes one such wish back.
    func resume()
    /// Ends it: what was asked already has so much time to be answered.
    func drain(within time: TimeAmount)
    /// Closes it at once: nothing more comes of what was asked.
    func cut()
}
