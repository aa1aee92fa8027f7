internal import Audit
internal import NIOCore
internal import Policy
internal import Wire

/// What the rows on evidence work with.
struct Evidence: Sendable {
    let notary: Notary
    let subjects: SubjectVault
}

/// The rows by which the log's evidence is fetched: checkpoint, keys, proofs.
enum EvidenceRoutes {
    /// The rows; without evidence they can be described, and what they do answers 503.
    static func rows(_ evidence: Evidence?) -> [Route] {
        [
            Route(.get, ["audit", "checkpoint"], .auditRead) { _ throws(Problem) in
                .slow(EvidenceOperation(evidence: evidence, asked: .checkpoint, action: .auditRead))
            },
            // What other organisations fetch to hold the log to its word; it tells a size and a hash.
            Route(
                .get, ["audit", "checkpoint"], .auditRead, on: .federation, isPublic: true
            ) { _ throws(Problem) in
                .slow(EvidenceOperation(evidence: evidence, asked: .checkpoint, action: .auditRead))
            },
            Route(.get, ["audit", "keys"], .auditRead) { _ throws(Problem) in
                .slow(EvidenceOperation(evidence: evidence, asked: .keys, action: .auditRead))
            },
            Route(.get, ["audit", "proof", .capture("seq")], .auditVerify) {
                input throws(Problem) in
                let sequence = try number(input.segment(2), "the record's sequence")
                return .slow(
                    EvidenceOperation(
                        evidence: evidence, asked: .proof(sequence), action: .auditVerify))
            },
            Route(.get, ["audit", "consistency", .capture("size")], .auditVerify) {
                input throws(Problem) in
                let size = try number(input.segment(2), "the earlier size")
                return .slow(
                    EvidenceOperation(
                        evidence: evidence, asked: .consistency(size), action: .auditVerify))
            },
        ] + SubjectRoutes.rows(evidence)
    }

    static func number(_ text: String, _ what: String) throws(Problem) -> UInt64 {
        guard let value = UInt64(text), value > 0, String(value) == text else {
            throw .malformed("\(what) \(quote(text)) is not a whole number from 1 on")
        }
        return value
    }
}

/// Reads a piece of evidence; its answers are texts that public tools take.
struct EvidenceOperation: SlowOperation {
    enum Asked {
        case checkpoint
        case keys
        case proof(UInt64)
        case consistency(UInt64)
    }

    let evidence: Evidence?
    let asked: Asked
    let action: Action

    var resource: Resource {
        switch asked {
        case .checkpoint, .keys: Resource()
        case .proof(let sequence): Resource(id: String(sequence))
        case .consistency(let size): Resource(id: String(size))
        }
    }

    var isChange: Bool { false }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
    ) async -> SlowOutcome {
        guard permit.decisionID == receipt.decisionID, permit.operation.action == action else {
            return SlowOutcome(.failure(.internalError("permit and receipt are not for this")))
        }
        guard let notary = evidence?.notary else { return SlowOutcome(.failure(.noEvidence)) }
        do throws(AuditError) {
            return SlowOutcome(.success(try text(notary)))
        } catch .noProof(let why) {
            return SlowOutcome(.failure(.notFound("no proof: \(why)")))
        } catch {
            return SlowOutcome(.failure(.noEvidence))
        }
    }

    private func text(_ notary: Notary) throws(AuditError) -> Answer {
        let text: String
        switch asked {
        case .checkpoint:
            guard let signed = notary.checkpoint else { throw .noProof("no checkpoint yet") }
            text = signed.note.description
        case .keys: text = notary.keys.map { "\($0)\n" }.joined()
        case .proof(let sequence): text = try notary.proof(of: sequence).description
        case .consistency(let size): text = try notary.consistency(from: size).description
        }
        var answer = Answer(status: 200, body: ByteBuffer(string: text))
        answer.contentType = "text/plain; charset=utf-8"
        return answer
    }
}

extension Problem {
    /// The log's evidence can't be read now.
    static let noEvidence = Problem(
        status: 503, code: "evidence-unavailable", title: "evidence unavailable",
        detail: "the audit log's checkpoint or stored tree can't be read now",
        retryAfterSeconds: 1)
}
