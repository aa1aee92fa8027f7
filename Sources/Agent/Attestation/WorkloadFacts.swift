internal import Glibc
internal import PKI

/// Reads what the kernel knows of a process, as selectors.
///
/// A fact that can't be read is left out, so that no entry that asks for it matches.
struct WorkloadFacts: Sendable {
    let digests: BinaryDigests

    /// The facts of a process.
    ///
    /// `wantsDigest` says whether any entry asks for the binary's SHA-256, which takes long the first time. Nil when the
    /// process has ended meanwhile: what was read may be another's.
    func selectors(
        of credentials: PeerCredentials, _ process: ProcessHandle, wantsDigest: Bool
    ) -> Set<WorkloadSelector>? {
        var facts: Set<WorkloadSelector> = [
            WorkloadSelector(.uid, String(credentials.uid)),
            WorkloadSelector(.gid, String(credentials.gid)),
        ]
        if let name = Accounts.user(credentials.uid) { facts.insert(.init(.user, name)) }
        if let name = Accounts.group(credentials.gid) { facts.insert(.init(.group, name)) }
        guard let status = process.read("status"), Self.runs(status, as: credentials.uid) else {
            return nil
        }
        for group in Self.numbers(after: "Groups:", in: status) {
            facts.insert(.init(.supplementaryGID, String(group)))
        }
        if let path = process.link("exe"), !path.hasSuffix(" (deleted)") {
            facts.insert(.init(.path, path))
        }
        if wantsDigest, let file = process.open("exe") {
            defer { close(file) }
            if let digest = digests.digest(of: file) { facts.insert(.init(.sha256, digest)) }
        }
        facts.formUnion(Self.controlGroup(process.read("cgroup") ?? []))
        return process.isAlive ? facts : nil
    }

    /// Whether the process still runs as the user that connected: the effective user in `Uid:` (proc(5)).
    private static func runs(_ status: [UInt8], as uid: UInt32) -> Bool {
        numbers(after: "Uid:", in: status).dropFirst().first == uid
    }

    static func numbers(after word: String, in status: [UInt8]) -> [UInt32] {
        let lines = status.split(separator: UInt8(ascii: "\n"))
        guard let line = lines.first(where: { $0.starts(with: word.utf8) }) else { return [] }
        return line.dropFirst(word.utf8.count).split { $0 == 9 || $0 == 32 }
            .compactMap { UInt32(String(decoding: $0, as: UTF8.self)) }
    }

    /// The control group of version 2, `0::/path`, and the systemd unit in it (cgroups(7)).
    static func controlGroup(_ text: [UInt8]) -> Set<WorkloadSelector> {
        let lines = text.split(separator: UInt8(ascii: "\n"))
        guard let line = lines.first(where: { $0.starts(with: "0::/".utf8) }) else { return [] }
        let path = String(decoding: line.dropFirst(3), as: UTF8.self)
        var facts: Set<WorkloadSelector> = [.init(.cgroup, path)]
        let unit = path.split(separator: "/").last {
            $0.hasSuffix(".service") || $0.hasSuffix(".scope")
        }
        if let unit { facts.insert(.init(.systemdUnit, String(unit))) }
        return facts
    }
}
