/// Where an exporter delivers to; a call returns only when the receiver has the records.
protocol ExportSink: Sendable {
    /// Delivers events in order.
    ///
    /// - Throws: ``ExportError/unreachable(_:)``; then some of them may have arrived, and all will be sent again.
    func deliver(_ events: [AuditEvent]) throws(ExportError)

    /// Called once before the first delivery, with what the sink returned last time.
    func resume(_ note: Int64) throws(ExportError)

    /// What to remember with the cursor: for a file its length.
    var note: Int64 { get }

    /// Gives up what it holds.
    func close()
}

extension ExportSink {
    func resume(_ note: Int64) throws(ExportError) {}
    var note: Int64 { 0 }
    func close() {}
}
