public import Audit
public import PKI

extension IssuedCertificates {
    /// Takes a record of the log at the start, in order.
    ///
    /// - Parameters:
    ///   - record: The record.
    ///   - now: The wall clock; what has ended by then is left out.
    public func replay(_ record: ReplayedRecord, nowNanoseconds now: Int64) {
        if record.kind == .system, record.action == IssuanceRecord.beginning { return begin() }
        if record.kind == .system, record.action == UnusedResponder.action {
            serials?.replay(responder: record, nowNanoseconds: now)
        }
        guard let issued = IssuanceRecord(record) else { return }
        take(
            issued, issuedSeconds: (record.nowNanoseconds ?? 0) / 1_000_000_000,
            nowNanoseconds: now)
    }

    /// Takes what a record says was issued, unless it has ended.
    public func take(_ issued: IssuanceRecord, issuedSeconds: Int64, nowNanoseconds now: Int64) {
        operators.note(
            issued.spiffeID,
            issuedNanoseconds: issuedSeconds.multipliedReportingOverflow(by: 1_000_000_000)
                .partialValue, endNanoseconds: issued.endsNanoseconds)
        let end = issued.endsNanoseconds
        let issuedSeconds = issued.issuedSeconds ?? issuedSeconds
        if let serials, IssuedSerials.holds(endNanoseconds: end, nowNanoseconds: now) {
            serials.insert(
                serial: issued.serial, issuerKeyID: issued.authority, spiffeID: issued.spiffeID,
                issuedSeconds: issuedSeconds, endNanoseconds: end)
        }
        guard now <= end else { return }
        if let digest = issued.certificateSHA256 {
            insert(
                certificateSHA256: digest, endNanoseconds: end, issuedSeconds: issuedSeconds)
        } else {
            adopt(
                serial: issued.serial, spiffeID: issued.spiffeID, endNanoseconds: end,
                issuedSeconds: issuedSeconds)
        }
    }
}
