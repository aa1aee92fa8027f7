internal import Audit
public import Policy

/// Asks recorded decisions again: under the policy of their time, and under a candidate.
///
/// It reads the log and the archive and writes nothing; no live state is touched.
public struct PolicyReplay: Sendable {
    private let auditDirectory: String
    private let archive: PolicyArchive
    private let trustDomain: String

    /// Names the log and the archive of the policies that were in force.
    public init(auditDirectory: String, archive: PolicyArchive, trustDomain: String) {
        self.auditDirectory = auditDirectory
        self.archive = archive
        self.trustDomain = trustDomain
    }

    /// Verifies the log, then asks the decisions of a range again.
    ///
    /// - Parameters:
    ///   - candidate: The policy to try; nil only reproduces what was recorded.
    ///   - range: The sequences to look at; what the log doesn't have is passed over.
    ///   - sinceNanoseconds: Records before that time are passed over.
    /// - Returns: What the replay came to.
    /// - Throws: `PolicyToolError.log` when the log is damaged; nothing is replayed then.
    public func run(
        candidate: CompiledPolicy?, range: ClosedRange<UInt64> = 1...UInt64.max,
        sinceNanoseconds: Int64? = nil
    ) throws(PolicyToolError) -> ReplayReport {
        let verified: VerifyReport
        do throws(LogDamage) {
            verified = try LogVerifier.verify(directory: auditDirectory).get()
        } catch {
            throw .log("the log is not verified, nothing was replayed: \(error)")
        }
        var walk = ReplayWalk(archive: archive, candidate: candidate, trustDomain: trustDomain)
        walk.report.recordsVerified = verified.records
        walk.report.root = verified.root.base64
        let last = min(range.upperBound, verified.records)
        let first = range.lowerBound
        guard first <= last else { return walk.finished(nil) }
        do throws(AuditError) {
            var tail = LogTail(directory: auditDirectory, from: first)
            reading: while true {
                let records = try tail.next()
                if records.isEmpty { break }
                for record in records {
                    if record.sequence > last { break reading }
                    walk.take(record.line, since: sinceNanoseconds)
                    if record.sequence == last { break reading }
                }
            }
        } catch {
            throw .log("\(error)")
        }
        return walk.finished(first...last)
    }

    /// Reads one decision back, and the policy of its time.
    ///
    /// - Throws: `PolicyToolError.noDecision`, `.unknownPolicy`, `.archive` or `.log`.
    public func decision(_ sequence: UInt64) throws(PolicyToolError) -> PastDecision {
        let line: [UInt8]?
        do throws(AuditError) {
            var tail = LogTail(directory: auditDirectory, from: sequence)
            line = try tail.next().first.flatMap { $0.sequence == sequence ? $0.line : nil }
        } catch {
            throw .log("\(error)")
        }
        guard let line else { throw .noDecision("the log has no record \(sequence)") }
        var reader = RecordedRequestReader(trustDomain: trustDomain)
        switch reader.read(line) {
        case .other: throw .noDecision("record \(sequence) is no decision of a policy")
        case .unreadable(let why): throw .noDecision("record \(sequence): \(why)")
        case .decision(let request):
            return PastDecision(
                sequence: sequence, question: request.question, recorded: request.answer,
                digest: request.digest, policy: try archive.load(request.digest).policy)
        }
    }
}

/// One recorded decision with the policy that took it.
public struct PastDecision: Sendable {
    /// The record's sequence.
    public let sequence: UInt64
    /// What was asked.
    public let question: PolicyQuestion
    /// What was answered.
    public let recorded: DecisionSummary
    /// The digest of the policy that was in force.
    public let digest: String
    /// That policy, from the archive.
    public let policy: CompiledPolicy
}
