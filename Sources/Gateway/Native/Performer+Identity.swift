internal import Audit
internal import PKI
internal import Policy
internal import StrictJSON

extension Performer {
    /// Issues an SVID; the outcome record says which serial went to whom until when.
    func issue(
        _ request: SVIDRequest, _ permit: consuming Permit, _ receipt: consuming Receipt,
        _ now: Int64
    ) -> (Result<Answer, Problem>, detail: [UInt8]?) {
        do throws(PKIError) {
            let issued = try trustDomain.authority.issue(
                request.csr, as: request.spiffeID, ttlSeconds: request.ttlSeconds ?? ttlSeconds,
                permit: permit, receipt: receipt, nowNanoseconds: now)
            return (.success(Answer(status: 200, json: encode(issued))), detail(of: issued))
        } catch {
            return (.failure(Problem(error)), nil)
        }
    }

    func encode(_ issued: IssuedSVID) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.raw("{\"svid\":")
        writer.string(issued.svidPEM)
        writer.raw(",\"chain\":")
        writer.string(issued.chainPEM)
        writer.raw(",\"bundle\":")
        writer.string(issued.bundlePEM)
        writer.raw(",\"spiffeId\":")
        writer.string(issued.spiffeID.description)
        writer.raw(",\"expiresAt\":")
        writer.string(TimeText.rfc3339(nanoseconds: issued.expiresAtNanoseconds))
        writer.raw("}")
        return writer.bytes
    }

    func detail(of issued: IssuedSVID) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"spiffe_id\":")
        writer.string(issued.spiffeID.description)
        writer.raw(",\"serial\":")
        writer.string(issued.serial)
        writer.raw(",\"issuer\":")
        writer.string(issued.issuerKeyID)
        writer.raw(",\"expires\":")
        writer.string(TimeText.rfc3339(nanoseconds: issued.expiresAtNanoseconds))
        writer.raw(",\"not_after\":")
        writer.integer(issued.expiresAtNanoseconds / 1_000_000_000)
        writer.raw("}")
        return writer.bytes
    }
}
