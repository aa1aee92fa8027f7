internal import Audit
internal import NIOCore
internal import Policy
internal import StrictJSON
internal import Wire

/// The rows on the people that records name by pseudonym: find, tell, erase, hold.
enum SubjectRoutes {
    static func rows(_ evidence: Evidence?) -> [Route] {
        [
            Route(.post, ["audit", "erase-subject"], .auditErase, takesBody: true) {
                input throws(Problem) in
                .slow(EraseSubject(evidence: evidence, name: try name(input)))
            },
            Route(.post, ["audit", "subjects", "find"], .auditRead, takesBody: true) {
                input throws(Problem) in
                .slow(FindSubject(evidence: evidence, asked: .pseudonym(try name(input))))
            },
            Route(.get, ["audit", "subjects", .id], .auditRead) { input throws(Problem) in
                .slow(FindSubject(evidence: evidence, asked: .name(input.segment(2))))
            },
            Route(.get, ["audit", "holds"], .auditRead) { _ throws(Problem) in
                .slow(ListHolds(evidence: evidence))
            },
            Route(.put, ["audit", "holds", .id], .auditErase, takesBody: true) {
                input throws(Problem) in
                .slow(ChangeHold(evidence: evidence, change: .place(try hold(input))))
            },
            Route(.delete, ["audit", "holds", .id], .auditErase) { input throws(Problem) in
                .slow(ChangeHold(evidence: evidence, change: .lift(input.segment(2))))
            },
        ]
    }

    /// Reads `{kind?, id}`.
    private static func name(_ input: RouteInput) throws(Problem) -> SubjectName {
        let members = try text(input, of: ["kind", "id"])
        guard let id = members["id"], !id.isEmpty, id.utf8.count <= 512 else {
            throw .malformed("$.id: expected the person's identifier, as a string")
        }
        return SubjectName(kind: members["kind"] ?? "user", id: id)
    }

    /// Reads `{reason, subject?}`.
    private static func hold(_ input: RouteInput) throws(Problem) -> LegalHold {
        let members = try text(input, of: ["reason", "subject"])
        guard let reason = members["reason"], !reason.isEmpty else {
            throw .malformed("$.reason: expected why the hold is placed, as a string")
        }
        let hold = LegalHold(
            name: input.segment(2), pseudonym: members["subject"], reason: reason)
        guard let hold else {
            throw .impossible(
                "a hold's name and subject are words of at most 200 characters,"
                    + " its reason one line of at most 400")
        }
        return hold
    }

    private static func text(
        _ input: RouteInput, of names: [String]
    ) throws(Problem) -> [String: String] {
        let body = try jsonBody(input.body)
        guard case .object(let members) = body else {
            throw .malformed("body: expected an object, got \(body.kind)")
        }
        var found: [String: String] = [:]
        for member in members {
            guard names.contains(member.name) else {
                throw .malformed(
                    "$.\(member.name.prefix(40)): unknown member; known are "
                        + names.joined(separator: ", "))
            }
            guard let text = member.value.string else {
                throw .malformed("$.\(member.name): expected a string, got \(member.value.kind)")
            }
            found[member.name] = text
        }
        return found
    }
}

/// An operation of the slow lane on the log's people and holds.
protocol SubjectOperation: SlowOperation {
    var evidence: Evidence? { get }
    static var action: Action { get }
    func answer(_ subjects: SubjectVault) throws(AuditError) -> SlowOutcome
}

extension SubjectOperation {
    var isChange: Bool { Self.action == .auditErase }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
    ) async -> SlowOutcome {
        guard permit.decisionID == receipt.decisionID,
            permit.operation.action == Self.action
        else {
            return SlowOutcome(.failure(.internalError("permit and receipt are not for this")))
        }
        guard let subjects = evidence?.subjects else { return SlowOutcome(.failure(.noEvidence)) }
        do throws(AuditError) {
            return try answer(subjects)
        } catch .held(let reason) {
            return SlowOutcome(
                .failure(
                    Problem(
                        status: 409, code: "legal-hold", title: "legal hold",
                        detail: "a legal hold forbids it: \(reason)")))
        } catch {
            return SlowOutcome(.failure(.noEvidence))
        }
    }
}

/// Erases a person from the log; its records tell the pseudonym and never the name.
struct EraseSubject: SubjectOperation {
    static let action = Action.auditErase
    let evidence: Evidence?
    let name: SubjectName

    var resource: Resource { Resource(id: evidence?.subjects.pseudonym(of: name) ?? "unknown") }

    var intentDetail: [UInt8]? {
        json { writer in
            writer.raw("{\"subject\":")
            writer.string(evidence?.subjects.pseudonym(of: name) ?? "unknown")
            writer.raw("}")
        }
    }

    func answer(_ subjects: SubjectVault) throws(AuditError) -> SlowOutcome {
        guard let pseudonym = try subjects.erase(name) else {
            return SlowOutcome(.failure(.notFound("the log knows nobody of this kind and name")))
        }
        let body = json { writer in
            writer.raw("{\"erased\":")
            writer.string(pseudonym)
            writer.raw("}")
        }
        return SlowOutcome(.success(Answer(status: 200, json: body)), detail: body)
    }
}

/// Tells a person's pseudonym, or who stands behind one.
struct FindSubject: SubjectOperation {
    enum Asked {
        case pseudonym(SubjectName)
        case name(String)
    }

    static let action = Action.auditRead
    let evidence: Evidence?
    let asked: Asked

    var resource: Resource {
        switch asked {
        case .pseudonym(let name):
            Resource(id: evidence?.subjects.pseudonym(of: name) ?? "unknown")
        case .name(let pseudonym): Resource(id: pseudonym)
        }
    }

    func answer(_ subjects: SubjectVault) throws(AuditError) -> SlowOutcome {
        let found: (pseudonym: String, name: SubjectName)? =
            switch asked {
            case .pseudonym(let name): subjects.pseudonym(of: name).map { ($0, name) }
            case .name(let pseudonym): subjects.name(of: pseudonym).map { (pseudonym, $0) }
            }
        guard let found else {
            return SlowOutcome(.failure(.notFound("nobody is known by this, or was erased")))
        }
        return SlowOutcome(
            .success(
                Answer(
                    status: 200,
                    json: json { writer in
                        writer.raw("{\"subject\":")
                        writer.string(found.pseudonym)
                        writer.raw(",\"kind\":")
                        writer.string(found.name.kind)
                        writer.raw(",\"id\":")
                        writer.string(found.name.id)
                        writer.raw("}")
                    })))
    }
}

func json(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var writer = JSONWriter()
    body(&writer)
    return writer.bytes
}
