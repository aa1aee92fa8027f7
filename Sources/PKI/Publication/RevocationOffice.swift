public import Audit
import Proofs
import StrictJSON
import SwiftASN1

/// Tells those outside which certificates of our authorities are revoked: in lists, one an authority, signed with its key.
public final class RevocationOffice: Sendable {
    let office: AuthorityOffice
    let serials: IssuedSerials
    /// Says what became of single certificates.
    public let book = StatusBook()

    init(_ office: AuthorityOffice, serials: IssuedSerials) {
        self.office = office
        self.serials = serials
    }

    /// Changes whenever something may be revoked that was not; read it before the notices.
    public var epoch: UInt64 { office.trust.epoch }

    /// Takes what is revoked now into what is said of single certificates, and gives the lists as they are now, not signed yet: one for each
    /// authority that has signed something.
    ///
    /// - Parameter notices: What is revoked of certificates; of the authorities themselves, the ledger is asked.
    /// - Returns: The lists, those of the oldest authorities first.
    public func lists(_ notices: RevocationNotices) -> [UnsignedList] {
        let holdings = office.holdings
        let view = RevocationView(notices, holdings, serials)
        book.use(
            view,
            issuers: holdings.ledger.authorities.compactMap {
                $0.kind == .intermediate && $0.stage != .prepared
                    ? holdings.certificates[$0.keyID] : nil
            })
        return holdings.ledger.authorities.compactMap { authority in
            guard authority.stage != .prepared,
                let certificate = holdings.certificates[authority.keyID]
            else { return nil }
            return UnsignedList(certificate, view.listed(by: authority))
        }
    }

    /// The list of an authority that was made where its key is, if one was installed.
    public func installed(_ authority: String) -> SignedList? {
        office.holdings.lists[authority]?.signed
    }

    /// How many certificates a list would name that the installed one of its authority does not.
    public func unnamed(_ list: UnsignedList) -> Int {
        let named = office.holdings.lists[list.authority]?.serials ?? []
        return list.listed.count { !named.contains($0.serial) }
    }

    /// Which list the next one is: of a number greater than that of any before, and than any that a clock that went on could have given.
    public func nextIssue(nowNanoseconds now: Int64) -> ListIssue {
        let seconds = now / PKILimits.nanosecondsPerSecond
        return ListIssue(
            number: office.listNumbers.next(nowNanoseconds: now), thisUpdateSeconds: seconds,
            nextUpdateSeconds: seconds + PKILimits.listSeconds)
    }

    /// What the record of a list says, which has to be on disk before it is signed.
    public func detail(of list: UnsignedList, _ issue: ListIssue) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"authority\":")
        writer.string(list.authority)
        writer.raw(",\"number\":")
        writer.integer(issue.number)
        writer.raw(",\"revoked\":")
        writer.integer(list.count)
        writer.raw("}")
        return writer.bytes
    }

    /// Takes the receipt of a list's record, which carries the number that it was bound to.
    ///
    /// - Throws: `PKIError.unproven`.
    public func clear(
        _ list: UnsignedList, receipt: consuming Receipt, boundTo number: UInt64
    ) throws(PKIError) -> Cleared<UnsignedList> {
        if case .failure(let mismatch) = Clearance.check(receipt, boundTo: number) {
            throw .unproven(mismatch.reason)
        }
        return Cleared(list)
    }

    /// Signs a list; may wait for a key that is kept outside.
    ///
    /// - Returns: The list; nil where the authority's key is kept elsewhere.
    /// - Throws: `PKIError`.
    public func sign(
        _ cleared: Cleared<UnsignedList>, _ issue: ListIssue, nowNanoseconds now: Int64
    ) throws(PKIError) -> SignedList? {
        let list = try cleared.take()
        guard let authority = office.ledger.authority(list.authority),
            let key = try office.opening(now).key(authority, list.issuer)
        else { return nil }
        let body = list.body(issue)
        office.listNumbers.note(issue.number, of: list.authority)
        return SignedList(
            authority: list.authority, issue: issue, digest: list.digest,
            der: DER.Serializer.signed(body, try key.signature(of: body)))
    }

    /// Whether the key of an authority is on this machine.
    ///
    /// - Throws: `PKIError`.
    public func canSign(_ list: UnsignedList) throws(PKIError) -> Bool {
        guard let authority = office.ledger.authority(list.authority) else { return false }
        return try office.files.keyBytes(authority.file) != nil
    }
}
