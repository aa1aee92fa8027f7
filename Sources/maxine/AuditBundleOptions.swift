import ArgumentParser
import Audit
import AuditExport
import Foundation
import Policy

/// The flags that make an export a bundle for an auditor.
struct AuditBundleOptions: ParsableArguments {
    @Option(help: "Write a bundle for an auditor into this folder, which must not exist.")
    var bundle: String?
    @Option(
        help: "pci, soc2, hipaa, iso27001, nist or gdpr; may stand several times; default: all.")
    var framework: [String] = []
    @Option(help: "The bundle before this one: proves that its log is the beginning of this one.")
    var previous: String?
    @Option(help: "A policy file or folder to include; may stand several times.")
    var policy: [String] = []
    @Option(help: "The Ed25519 key that signs, PKCS#8 PEM; default: bundle.key beside the log.")
    var signKey: String?

    var isAsked: Bool { bundle != nil }

    func write(
        _ directory: String, _ filter: RecordFilter, trustDomain: String
    ) throws(ExportError) {
        guard let target = bundle else { return }
        var plan = AuditBundle(
            directory: directory, target: target, filter: filter, frameworks: try frameworks(),
            nowNanoseconds: JournalConfiguration.systemClock())
        plan.previous = previous
        for path in policy { plan.policies.append(try source(path, trustDomain)) }
        let signer = try BundleSigner(path: signKey ?? directory + "/bundle.key")
        let report = try plan.write(signer: signer)
        Terminal.print(
            """
            \(target): \(report.counts.exported) records, tree of \(report.size), root \(report.root.base64)
            signed by \(signer.fingerprint); how to check it stands in \(target)/README.txt
            """)
    }

    private func frameworks() throws(ExportError) -> [Control.Framework] {
        if framework.isEmpty { return Control.Framework.allCases }
        var chosen: [Control.Framework] = []
        for name in framework {
            guard let known = Control.Framework(rawValue: name) else {
                let all = Control.Framework.allCases.map(\.rawValue).joined(separator: ", ")
                throw .invalid(parameter: "framework", why: "'\(name)' is not one of \(all)")
            }
            chosen.append(known)
        }
        return chosen
    }

    private func source(
        _ path: String, _ trustDomain: String
    ) throws(ExportError) -> (digest: String, files: [(name: String, bytes: [UInt8])]) {
        do {
            let policy = try CompiledPolicy.load(path: path, trustDomain: trustDomain)
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            let names =
                isFolder.boolValue
                ? try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                    .filter { $0.hasSuffix(".yaml") }.map { path + "/" + $0 } : [path]
            let files = try names.map { name in
                (name: name, bytes: [UInt8](try Data(contentsOf: URL(filePath: name))))
            }
            return (digest: policy.digest, files: files)
        } catch {
            throw .invalid(parameter: "policy", why: "'\(path)': \(error)")
        }
    }
}
