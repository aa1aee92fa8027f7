internal import Audit
internal import PKI
internal import Policy
internal import StrictJSON

extension Performer {
    /// Issues a JWT-SVID of an entry; the outcome record names the token's `jti`, never the token.
    func issue(
        _ request: EntryTokenRequest, _ caller: Principal, _ permit: consuming Permit,
        _ receipt: consuming Receipt, _ now: Int64
    ) -> (Result<Answer, Problem>, detail: [UInt8]?) {
        guard let agent = identity.agent(caller) else { return (.failure(.notAnAgent), nil) }
        do throws(AgentRefusal) {
            let issued = try trustDomain.tokens.issue(
                entry: request.entry, agent: agent, audience: request.audience,
                entries: identity.entries, permit: permit, receipt: receipt, nowNanoseconds: now)
            return (.success(Answer(status: 200, json: answer(issued))), detail(of: issued))
        } catch {
            return (.failure(problem(for: error)), nil)
        }
    }

    private func answer(_ issued: IssuedJWTSVID) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.raw("{\"svid\":")
        writer.string(issued.token)
        writer.raw(",\"spiffeId\":")
        writer.string(issued.spiffeID.description)
        writer.raw(",\"expiresAt\":")
        writer.string(TimeText.rfc3339(nanoseconds: issued.expiresAtSeconds * 1_000_000_000))
        writer.raw("}")
        return writer.bytes
    }

    private func detail(of issued: IssuedJWTSVID) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"spiffe_id\":")
        writer.string(issued.spiffeID.description)
        writer.raw(",\"jti\":")
        writer.string(issued.tokenID)
        writer.raw(",\"kid\":")
        writer.string(issued.keyID)
        writer.raw(",\"audience\":")
        writer.strings(issued.audience)
        writer.raw("}")
        return writer.bytes
    }
}
