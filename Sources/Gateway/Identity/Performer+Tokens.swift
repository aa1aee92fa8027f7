internal import Audit
internal import PKI
internal import Policy
internal import StrictJSON

extension Performer {
    /// Issues a token; the outcome record names it by `jti` and never holds it.
    func issueToken(
        _ request: JWTSVIDRequest, _ permit: consuming Permit, _ receipt: consuming Receipt,
        _ now: Int64
    ) -> (Result<Answer, Problem>, detail: [UInt8]?) {
        guard let subject = request.subject else {
            return (.failure(.internalError("a token for nobody")), nil)
        }
        do throws(PKIError) {
            let issued = try trustDomain.tokens.issue(
                subject.spiffeID, audience: request.audience,
                ttlSeconds: request.ttlSeconds
                    ?? min(PKILimits.tokenTTLSecondsDefault, trustDomain.tokens.ttlSecondsMax),
                permit: permit, receipt: receipt, nowNanoseconds: now)
            return (
                .success(Answer(status: 200, json: Self.encode(issued))), Self.detail(of: issued)
            )
        } catch {
            return (.failure(Problem(error)), nil)
        }
    }

    /// All bundles, each for its own trust domain, as a SPIFFE bundle map.
    func bundles(
        _ permit: consuming Permit, _ receipt: consuming Receipt
    ) -> Result<Answer, Problem> {
        guard permit.decisionID == receipt.decisionID,
            permit.operation.action == .federationRead
        else { return .failure(.internalError("the permit is for something else")) }
        let bundles = Array(trustDomain.trust.snapshot.bundles.values)
        return .success(Answer(status: 200, json: BundleDocument.encodeMap(bundles)))
    }

    private static func encode(_ issued: IssuedJWTSVID) -> [UInt8] {
        var writer = JSONWriter(capacity: 2048)
        writer.raw("{\"svid\":")
        writer.string(issued.token)
        writer.raw(",\"spiffeId\":")
        writer.string(issued.spiffeID.description)
        writer.raw(",\"audience\":")
        writer.strings(issued.audience)
        writer.raw(",\"expiresAt\":")
        writer.string(TimeText.rfc3339(nanoseconds: issued.expiresAtSeconds * 1_000_000_000))
        writer.raw("}")
        return writer.bytes
    }

    private static func detail(of issued: IssuedJWTSVID) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"spiffe_id\":")
        writer.string(issued.spiffeID.description)
        writer.raw(",\"jti\":")
        writer.string(issued.tokenID)
        writer.raw(",\"kid\":")
        writer.string(issued.keyID)
        writer.raw(",\"expires\":")
        writer.string(TimeText.rfc3339(nanoseconds: issued.expiresAtSeconds * 1_000_000_000))
        writer.raw("}")
        return writer.bytes
    }
}

extension Problem {
    /// What the PKI module says, as an answer.
    init(_ error: PKIError) {
        switch error {
        case .invalidRequest, .notIssued: self = .impossible(error.message)
        case .authorityEnding:
            self = Problem(
                status: 503, code: error.code, title: "authority ends too soon",
                detail: error.message)
        case .wrongState:
            self = Problem(
                status: 409, code: error.code, title: "not in this state", detail: error.message)
        case .invalidBundle, .unproven, .signingFailed, .unusableFiles, .fileFailed:
            self = .internalError(error.message)
        }
    }
}
