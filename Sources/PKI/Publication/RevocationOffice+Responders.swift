public import Audit
import Proofs
import StrictJSON
import Text

/// A certificate that says for an authority what became of others, before it is on record.
public struct UnusedResponder: Sendable {
    /// The action of its record.
    public static let action = "ca.ocsp-responder"
    let responder: StatusResponder

    /// What its record says.
    public var detail: [UInt8] {
        let certificate = responder.certificate
        var writer = JSONWriter()
        writer.raw("{\"authority\":")
        writer.string(responder.authority)
        writer.raw(",\"serial\":")
        writer.string(certificate.serial)
        writer.raw(",\"certificate\":")
        writer.string(certificate.sha256Text)
        writer.raw(",\"expires\":")
        writer.string(CivilTime.rfc3339(nanoseconds: certificate.notAfterNanoseconds))
        writer.raw("}")
        return writer.bytes
    }
}

extension IssuedSerials {
    /// Takes the record of one that answered for an authority.
    public func replay(responder record: ReplayedRecord, nowNanoseconds now: Int64) {
        guard let detail = record.detail.flatMap({ try? StrictJSON.parse($0) }),
            let serial = detail["serial"]?.string, let authority = detail["authority"]?.string,
            let end = detail["expires"]?.string.flatMap(CivilTime.nanoseconds(rfc3339:)),
            Self.holds(endNanoseconds: end, nowNanoseconds: now)
        else { return }
        insert(
            serial: serial, issuerKeyID: authority, spiffeID: "", issuedSeconds: 0,
            endNanoseconds: end)
    }
}

extension RevocationOffice {
    /// The authorities that have nobody who answers for them, or somebody whose time is half over.
    public func dueResponders(nowNanoseconds now: Int64) -> [String] {
        office.ledger.authorities.filter { authority in
            authority.kind == .intermediate && authority.stage != .prepared
                && authority.notAfterNanoseconds > now
                && book.responder(of: authority.keyID)?.isOld(nowNanoseconds: now) ?? true
        }.map(\.keyID)
    }

    /// Makes one that answers for an authority, which is to be on record before it is used.
    ///
    /// - Throws: `PKIError`.
    public func makeResponder(
        of authority: String, nowNanoseconds now: Int64
    ) throws(PKIError) -> UnusedResponder {
        let holdings = office.holdings
        guard let record = holdings.ledger.authority(authority),
            let certificate = holdings.certificates[authority]
        else { throw .unknownAuthority(authority) }
        guard let key = try office.opening(now).key(record, certificate) else {
            throw .wrongState("the key of the authority \(authority) is not on this machine")
        }
        return UnusedResponder(
            responder: try StatusResponder(
                for: certificate, key, trustDomain: office.trustDomain, nowNanoseconds: now))
    }

    /// Lets one answer from now on, whose record carries the number that it was bound to.
    ///
    /// - Throws: `PKIError.unproven`.
    public func use(
        _ unused: UnusedResponder, receipt: consuming Receipt, boundTo number: UInt64
    ) throws(PKIError) {
        if case .failure(let mismatch) = Clearance.check(receipt, boundTo: number) {
            throw .unproven(mismatch.reason)
        }
        let certificate = unused.responder.certificate
        serials.insert(
            serial: certificate.serial, issuerKeyID: certificate.issuerKeyID, spiffeID: "",
            issuedSeconds: certificate.issuedSeconds,
            endNanoseconds: certificate.notAfterNanoseconds)
        book.use(unused.responder)
    }
}
