internal import Audit
internal import PKI
internal import Policy
internal import StrictJSON

extension Performer {
    /// Carries out an operation on the list of entries or of join tokens.
    func manage(
        _ kind: IdentityCommand.Kind, _ permit: consuming Permit, _ receipt: consuming Receipt,
        _ now: Int64
    ) -> (Result<Answer, Problem>, detail: [UInt8]?) {
        let list = identity.entries
        switch kind {
        case .createEntry(let draft):
            return answer(
                list.create(draft, permit: permit, receipt: receipt, nowNanoseconds: now),
                status: 201)
        case .deleteEntry(let id):
            let (result, detail) = answer(
                list.delete(id, permit: permit, receipt: receipt), status: 200)
            return (result.map { _ in .noContent }, detail)
        case .entry(let id):
            return (
                answer(list.entry(id, permit: permit, receipt: receipt), status: 200).0, nil
            )
        case .entries(let agent):
            return (entries(list.list(agent: agent, permit: permit, receipt: receipt)), nil)
        case .createToken(let agent, let seconds):
            return token(
                list.createToken(
                    agent: agent, seconds: seconds, permit: permit, receipt: receipt,
                    nowNanoseconds: now))
        case .attest, .issue, .issueJWT, .updates, .event:
            return (.failure(.internalError("not an operation on entries")), nil)
        }
    }

    private func answer(
        _ result: Result<RegistrationEntry, EntryRefusal>, status: UInt16
    ) -> (Result<Answer, Problem>, detail: [UInt8]?) {
        switch result {
        case .success(let entry):
            var writer = JSONWriter()
            entry.write(to: &writer)
            return (.success(Answer(status: status, json: writer.bytes)), writer.bytes)
        case .failure(let refusal):
            return (.failure(.refused(refusal)), nil)
        }
    }

    private func entries(
        _ result: Result<(entries: [RegistrationEntry], index: UInt64), EntryRefusal>
    ) -> Result<Answer, Problem> {
        switch result {
        case .success(let list):
            var writer = JSONWriter(capacity: 64 + list.entries.count * 320)
            writer.raw("{\"index\":")
            writer.integer(list.index)
            writer.raw(",\"entries\":[")
            for (position, entry) in list.entries.enumerated() {
                if position > 0 { writer.raw(",") }
                entry.write(to: &writer)
            }
            writer.raw("]}")
            return .success(Answer(status: 200, json: writer.bytes))
        case .failure(let refusal):
            return .failure(.refused(refusal))
        }
    }

    private func token(
        _ result: Result<JoinToken, EntryRefusal>
    ) -> (Result<Answer, Problem>, detail: [UInt8]?) {
        switch result {
        case .success(let token):
            let id = AgentNames.spiffeID(token.agent, trustDomain: identity.trustDomain)
            var writer = JSONWriter()
            writer.raw("{\"agent\":")
            writer.string(token.agent)
            writer.raw(",\"spiffeId\":")
            writer.string(id?.description ?? "")
            writer.raw(",\"expiresAt\":")
            writer.string(TimeText.rfc3339(nanoseconds: token.expiresNanoseconds))
            let detail = writer.bytes + Array("}".utf8)
            writer.raw(",\"token\":")
            writer.string(token.text)
            writer.raw("}")
            return (.success(Answer(status: 201, json: writer.bytes)), detail)
        case .failure(let refusal):
            return (.failure(.refused(refusal)), nil)
        }
    }
}
