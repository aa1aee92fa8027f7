internal import Audit
internal import Policy
internal import StrictJSON

/// Lists the legal holds in force.
struct ListHolds: SubjectOperation {
    static let action = Action.auditRead
    let evidence: Evidence?

    var resource: Resource { Resource() }

    func answer(_ subjects: SubjectVault) throws(AuditError) -> SlowOutcome {
        let holds = try subjects.holds()
        let body = json { writer in
            writer.raw("{\"holds\":[")
            for (index, hold) in holds.enumerated() {
                writer.raw(index > 0 ? ",{\"name\":" : "{\"name\":")
                writer.string(hold.name)
                if let pseudonym = hold.pseudonym {
                    writer.raw(",\"subject\":")
                    writer.string(pseudonym)
                }
                writer.raw(",\"reason\":")
                writer.string(hold.reason)
                writer.raw("}")
            }
            writer.raw("]}")
        }
        return SlowOutcome(.success(Answer(status: 200, json: body)))
    }
}

/// Places or lifts a legal hold; whoever may destroy may also say what must not be destroyed.
struct ChangeHold: SubjectOperation {
    enum Change {
        case place(LegalHold)
        case lift(String)
    }

    static let action = Action.auditErase
    let evidence: Evidence?
    let change: Change

    var resource: Resource {
        switch change {
        case .place(let hold): Resource(id: hold.name)
        case .lift(let name): Resource(id: name)
        }
    }

    var intentDetail: [UInt8]? {
        json { writer in
            switch change {
            case .place(let hold):
                writer.raw("{\"hold\":\"place\",\"reason\":")
                writer.string(hold.reason)
                if let pseudonym = hold.pseudonym {
                    writer.raw(",\"subject\":")
                    writer.string(pseudonym)
                }
                writer.raw("}")
            case .lift: writer.raw("{\"hold\":\"lift\"}")
            }
        }
    }

    func answer(_ subjects: SubjectVault) throws(AuditError) -> SlowOutcome {
        switch change {
        case .place(let hold): try subjects.place(hold)
        case .lift(let name):
            guard try subjects.lift(name) else {
                return SlowOutcome(.failure(.notFound("there is no hold of this name")))
            }
        }
        return SlowOutcome(.success(.noContent))
    }
}
