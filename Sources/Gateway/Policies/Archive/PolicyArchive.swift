internal import Foundation
public import Policy
internal import StrictJSON

/// Every policy that was ever in force, by its digest, so that each record stays explainable.
///
/// One file a policy, `<hex of the digest>.json`, with the sources as they were. What is read is compiled again and
/// must have the digest that its name claims.
public struct PolicyArchive: Sendable {
    /// The archive's folder.
    public let directory: String

    /// Names an archive; nothing is read or written yet.
    public init(directory: String) {
        self.directory = directory
    }

    /// The archive of a data folder.
    public init(dataDirectory: String) {
        self.init(directory: dataDirectory + "/policies")
    }

    /// Keeps a policy; one that is there already stays as it is.
    ///
    /// - Throws: `PolicyToolError.archive` when it can't be written or is damaged.
    public func keep(
        _ policy: CompiledPolicy, sources: [PolicySource]
    ) throws(PolicyToolError) {
        let path = try self.path(of: policy.digest)
        if FileManager.default.fileExists(atPath: path), (try? load(policy.digest)) != nil {
            return
        }
        try StateFile(path: path).write(Self.encoded(policy, sources))
    }

    /// Reads a policy and proves that it is the one that was asked for.
    ///
    /// - Throws: `PolicyToolError.unknownPolicy` or `.archive`.
    public func load(_ digest: String) throws(PolicyToolError) -> ArchivedPolicy {
        let path = try self.path(of: digest)
        guard let bytes = try StateFile(path: path).read(max: Self.fileBytesMax) else {
            throw .unknownPolicy(digest)
        }
        let limits = JSONLimits(bytesMax: Self.fileBytesMax, depthMax: 8, valuesMax: 4_096)
        guard let value = try? StrictJSON.parse(bytes, limits: limits),
            let domain = value["trust_domain"]?.string, case .array(let files) = value["files"]
        else { throw .archive("\(path): not a kept policy") }
        let sources = files.compactMap { file -> PolicySource? in
            guard let name = file["name"]?.string, let text = file["text"]?.string else {
                return nil
            }
            return PolicySource(name: name, text: text)
        }
        guard sources.count == files.count else { throw .archive("\(path): not a kept policy") }
        let policy: CompiledPolicy
        do throws(PolicyErrors) {
            policy = try CompiledPolicy.load(files: sources, trustDomain: domain)
        } catch {
            throw .archive("\(path): \(error)")
        }
        guard policy.digest == digest else {
            throw .archive("\(path): holds \(policy.digest), not what its name says")
        }
        return ArchivedPolicy(policy: policy, sources: sources)
    }

    /// The digests of the policies that are kept, sorted; a short beginning of a digest can be looked up in it.
    public func digests() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.compactMap { name in
            guard name.hasSuffix(".json") else { return nil }
            let digest = "sha256:" + name.dropLast(".json".count)
            return Self.isDigest(digest) ? digest : nil
        }.sorted()
    }

    /// The one digest that begins like this, with or without `sha256:`.
    ///
    /// - Throws: `PolicyToolError.unknownPolicy` when there is none or more than one.
    public func resolve(_ beginning: String) throws(PolicyToolError) -> String {
        let text = beginning.hasPrefix("sha256:") ? beginning : "sha256:" + beginning
        let found = digests().filter { $0.hasPrefix(text) }
        guard found.count == 1, text.utf8.count >= 13, let digest = found.first else {
            throw .unknownPolicy(beginning)
        }
        return digest
    }

    private static let fileBytesMax = 64 << 20

    private func path(of digest: String) throws(PolicyToolError) -> String {
        guard Self.isDigest(digest) else { throw .unknownPolicy(digest) }
        return "\(directory)/\(digest.dropFirst(7)).json"
    }

    static func isDigest(_ text: String) -> Bool {
        let hex = text.utf8.dropFirst(7)
        return text.hasPrefix("sha256:") && hex.count == 64
            && hex.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func encoded(_ policy: CompiledPolicy, _ sources: [PolicySource]) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.raw("{\"maxine_policy_archive\":1,\"digest\":")
        writer.string(policy.digest)
        writer.raw(",\"trust_domain\":")
        writer.string(policy.trustDomain)
        writer.raw(",\"files\":[")
        for (index, source) in sources.enumerated() {
            writer.raw(index > 0 ? ",{\"name\":" : "{\"name\":")
            writer.string(source.name)
            writer.raw(",\"text\":")
            writer.string(String(decoding: source.bytes, as: UTF8.self))
            writer.raw("}")
        }
        writer.raw("]}\n")
        return writer.bytes
    }
}

/// A policy as it was kept.
public struct ArchivedPolicy: Sendable {
    /// The policy.
    public let policy: CompiledPolicy
    /// The files that it was compiled from.
    public let sources: [PolicySource]
}
