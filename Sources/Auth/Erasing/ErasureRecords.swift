internal import Audit
internal import StrictJSON

/// What records say of erasures.
enum ErasureRecord {
    static let user = "detail.erase.user"
}

extension ErasurePlan {
    /// The detail of the record that proposes it: the pseudonyms, the name sealed, and why.
    public func detail(_ pseudonyms: [String], _ persons: PersonVault) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"erase\":{\"step\":\"propose\",\"pseudonyms\":")
        writer.strings(pseudonyms)
        if let person = persons.known(user: user) {
            writer.raw(",\"user\":")
            writer.raw(SealedText(user, for: ErasureRecord.user, by: person).encoded)
        }
        writer.raw(",\"reason\":")
        writer.string(reason)
        writer.raw("}}")
        return writer.bytes
    }
}

extension Erasure {
    /// The detail of the record that confirms it: what begins with it is done again from this alone.
    public func confirmingDetail(ending credentials: ErasedCredentials) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.raw("{\"erase\":{\"step\":\"confirm\",\"proposed\":")
        writer.integer(sequence)
        writer.raw(",\"pseudonyms\":")
        writer.strings(pseudonyms)
        writer.raw(",\"reason\":")
        writer.string(reason)
        writer.raw("},\"sessions\":")
        writer.strings(credentials.sessions)
        writer.raw(",\"keys\":")
        writer.strings(credentials.keys)
        writer.raw("}")
        return writer.bytes
    }

    /// The detail of the record that takes a proposal back.
    public static let withdrawingDetail = Array("{\"erase\":{\"step\":\"withdraw\"}}".utf8)

    /// What outcomes say of a step that was done, whatever else became of its request.
    public static let doneDetail = Array("{\"done\":true}".utf8)
}

/// A step of an erasure as the log tells it.
enum ErasureStep: Sendable {
    case propose(Erasure)
    case confirm(id: String, pseudonyms: [String], ErasedCredentials)
    case withdraw(id: String)

    init?(_ record: ReplayedRecord, _ persons: PersonVault) {
        let whole = record.detail.flatMap { try? StrictJSON.parse($0) }
        guard let id = record.resource?.id, let detail = whole?["erase"],
            let step = detail["step"]?.string
        else { return nil }
        let pseudonyms = detail["pseudonyms"]?.texts ?? []
        switch step {
        case "withdraw": self = .withdraw(id: id)
        case "confirm":
            self = .confirm(
                id: id, pseudonyms: pseudonyms,
                ErasedCredentials(
                    sessions: whole?["sessions"]?.texts ?? [], keys: whole?["keys"]?.texts ?? []))
        case "propose":
            // Who proposed it must be told, or nobody could be another one.
            guard let asker = record.principal ?? persons.principal(of: record),
                let proposer = ErasureOperator(kind: asker.kind, id: asker.id)
            else { return nil }
            let made = record.nowNanoseconds ?? 0
            self = .propose(
                Erasure(
                    id: id,
                    user: SealedText(detail["user"]).flatMap {
                        persons.open($0.sealed, of: $0.pseudonym, for: ErasureRecord.user)
                    }, pseudonyms: pseudonyms, reason: detail["reason"]?.string ?? "",
                    proposer: proposer, sequence: record.sequence, madeNanoseconds: made,
                    endsNanoseconds: AccessLedger.end(
                        after: AuthLimits.erasureSeconds, from: made)))
        default: return nil
        }
    }
}

extension PersonVault {
    /// Who asked for what a record says, where that was a person who can be told.
    fileprivate func principal(of record: ReplayedRecord) -> (kind: String, id: String)? {
        guard let (kind, id) = record.person,
            let name = open(id.sealed, of: id.pseudonym, for: "principal.id")
        else { return nil }
        return (kind, name)
    }
}

extension JSONValue {
    fileprivate var texts: [String] {
        guard case .array(let elements) = self else { return [] }
        return elements.compactMap(\.string)
    }
}
