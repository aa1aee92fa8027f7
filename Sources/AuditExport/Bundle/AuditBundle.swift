internal import Audit
internal import Crypto
internal import Foundation
internal import Glibc
internal import StrictJSON

/// A folder that an auditor can check with sha256sum, ssh-keygen and openssl, following the README inside it.
public struct AuditBundle: Sendable {
    /// Where the log is.
    public var directory: String
    /// The folder to make; it must not exist.
    public var target: String
    /// Which records; the proof counts the others.
    public var filter: RecordFilter
    /// The frameworks of the control matrix.
    public var frameworks: [Control.Framework]
    /// The policies to include: the digest and the files of each.
    public var policies: [(digest: String, files: [(name: String, bytes: [UInt8])])] = []
    /// The bundle before this one, to prove that its log is the beginning of this one.
    public var previous: String?
    /// The time that the bundle names.
    public var nowNanoseconds: Int64

    /// Makes the plan of a bundle.
    public init(
        directory: String, target: String, filter: RecordFilter,
        frameworks: [Control.Framework] = Control.Framework.allCases, nowNanoseconds: Int64
    ) {
        self.directory = directory
        self.target = target
        self.filter = filter
        self.frameworks = frameworks
        self.nowNanoseconds = nowNanoseconds
    }

    /// Writes the bundle and signs it.
    ///
    /// - Throws: ``ExportError``; what was written until then stays, unsigned.
    public func write(signer: BundleSigner) throws(ExportError) -> ExportReport {
        guard mkdir(target, 0o755) == 0 else {
            throw .file(path: target, why: "must be a new folder in one that exists")
        }
        let signed = try checkpoint()
        try writeRecords(size: signed?.checkpoint.size)
        let report = try ExportVerifier.verify(
            records: file("records.jsonl"), proof: file("records.jsonl.proof"))
        let survey = try LogSurvey.walk(directory, size: report.size)
        try put(BundleText.gaps(survey), "gaps.json")
        try put(BundleText.counts(survey, report.counts), "events.json")
        try put(BundleText.controls(survey, frameworks), "controls.csv")
        try writePolicies(survey)
        try put(try logFacts(report), "log.json")
        try put(try BundleConsistency.document(self, report), "consistency.json")
        if let signed { try putCheckpoint(signed, report) }
        let facts = BundleFacts(
            size: report.size, root: report.root.base64, filter: filter.json,
            made: LogTime.text(nowNanoseconds))
        let readme = BundleReadme.text(
            facts, signer: signer, frameworks: frameworks, hasCheckpoint: signed != nil)
        try put(Array(readme.utf8), "README.txt")
        try put(Array(BundleReadme.script.utf8), "check-root.sh")
        try sign(signer)
        return report
    }

    func file(_ name: String) -> String { target + "/" + name }

    private func put(_ bytes: [UInt8], _ name: String) throws(ExportError) {
        try FileBytes.write(bytes, to: file(name))
    }

    private func writeRecords(size: UInt64?) throws(ExportError) {
        var export = try RecordExport(
            directory: directory, filter: filter, format: .jsonl, size: size)
        let records = try ExportFile(file("records.jsonl"))
        let proof = try ExportFile(file("records.jsonl.proof"))
        let table = try ExportFile(file("records.csv"))
        try table.write(ExportFormat.csv.header)
        while let chunk = try export.next() {
            try records.write(chunk.records)
            try proof.write(chunk.proof)
            var rows: [UInt8] = []
            for line in chunk.records.split(separator: 0x0A) {
                guard let event = AuditEvent(line: Array(line)) else { continue }
                ExportFormat.csv.append(event, to: &rows)
            }
            try table.write(rows)
        }
    }

    private func writePolicies(_ survey: LogSurvey) throws(ExportError) {
        for policy in policies {
            let folder = "policies/" + policy.digest.replacing(":", with: "-")
            do {
                try FileManager.default.createDirectory(
                    atPath: file(folder), withIntermediateDirectories: true)
            } catch {
                throw .file(path: file(folder), why: "can't be made")
            }
            for item in policy.files {
                let name = item.name.split(separator: "/").last.map(String.init) ?? "policy.yaml"
                try put(item.bytes, folder + "/" + name)
            }
        }
        try put(
            BundleText.policies(survey.policies, present: policies.map(\.digest)), "policies.json")
    }

    private func logFacts(_ report: ExportReport) throws(ExportError) -> [UInt8] {
        JSONBuilder.object { part in
            part.number("size", report.size)
            part.text("root", report.root.base64)
            part.number("first", report.first)
            part.number("last", report.last)
            part.text("made", LogTime.text(nowNanoseconds))
        } + [0x0A]
    }

    /// The manifest names every file but itself and the signatures, in order.
    private func sign(_ signer: BundleSigner) throws(ExportError) {
        try put(Array(signer.allowedSigner.utf8), "allowed_signers")
        let key = signer.allowedSigner.split(separator: " ").suffix(2).joined(separator: " ")
        try put(Array(key.utf8), "signer.pub")
        try put(Array(signer.publicPEM.utf8), "signer.pem")
        var manifest = ""
        let found = FileManager.default.subpaths(atPath: target) ?? []
        for name in found.sorted() {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: file(name), isDirectory: &isFolder)
            if isFolder.boolValue { continue }
            let digest = SHA256.hash(data: try FileBytes.read(file(name)))
            manifest += "\(Hexadecimal.text(digest))  \(name)\n"
        }
        let bytes = Array(manifest.utf8)
        try put(bytes, "MANIFEST.sha256")
        try put(Array(try signer.sshSignature(of: bytes).utf8), "MANIFEST.sha256.sig")
        try put(try signer.rawSignature(of: bytes), "MANIFEST.sha256.ed25519")
    }
}

extension AuditBundle {
    /// The log's newest signed checkpoint; nil while there is none.
    private func checkpoint() throws(ExportError) -> SignedCheckpoint? {
        do throws(AuditError) {
            return try LogEvidence(directory: directory).checkpoint()
        } catch {
            throw .log(error)
        }
    }

    /// Writes the checkpoint, and its signed text, signature and key apart, as openssl wants them.
    private func putCheckpoint(
        _ signed: SignedCheckpoint, _ report: ExportReport
    ) throws(ExportError) {
        guard signed.checkpoint.size == report.size, signed.checkpoint.root == report.root else {
            throw .damaged(
                file: directory, line: 0,
                why:
                    "the checkpoint of \(signed.checkpoint.size) records has another root than the log"
            )
        }
        let keys: [VerifierKey]
        do throws(AuditError) {
            keys = try LogEvidence(directory: directory).keys()
        } catch {
            throw .log(error)
        }
        var known: (key: VerifierKey, bytes: [UInt8])?
        for signature in signed.note.signatures where known == nil {
            let key = keys.first { $0.id == signature.id && $0.name == signature.name }
            if let key { known = (key: key, bytes: signature.bytes) }
        }
        guard let known else {
            throw .damaged(file: directory, line: 0, why: "no key of the log signed its checkpoint")
        }
        try put(Array(signed.note.description.utf8), "checkpoint.txt")
        try put(Array(signed.checkpoint.text.utf8), "checkpoint.body")
        try put(known.bytes, "checkpoint.sig")
        try put(Array(BundleSigner.publicPEM(known.key.publicKey).utf8), "log-key.pem")
        try put(Array("\(known.key)\n".utf8), "log-key.txt")
    }
}
