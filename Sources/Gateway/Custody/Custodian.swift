internal import Audit
internal import Foundation

/// Says whether anybody but us and root could change what stands at a path.
///
/// Bits that let a group write count as little as those of the owner where the group is the owner's alone, as Debian makes
/// one for each user (umask 002); and no bits count on a file system that is mounted read-only, as Kubernetes mounts a
/// ConfigMap, with mode 0777.
struct Custodian: Sendable {
    /// The user that the gateway runs as.
    var user = geteuid()
    private let files = PosixFileSystem()

    /// What is wrong with a path, in a sentence; nil if nothing is, or nothing is there.
    ///
    /// - Parameters:
    ///   - path: A folder or a file; of a link, it and what it leads to are looked at.
    ///   - purpose: What stands there, as `the data folder`.
    ///   - mayBeShared: Whether others may have files of their own there, as in `/tmp`.
    /// - Returns: The sentence, with what to do.
    func fault(at path: String, _ purpose: String, mayBeShared: Bool = false) -> String? {
        var place = path
        for _ in 0...CustodyLimits.linksMax {
            guard let facts = (try? files.facts(place)) ?? nil else { return nil }
            if let fault = fault(facts, place, purpose, mayBeShared) { return fault }
            guard facts.kind == .link, let next = target(of: place) else { return nil }
            place = next
        }
        return "\(purpose) \(path) is reached by more than \(CustodyLimits.linksMax) links"
    }

    private func fault(
        _ facts: FileFacts, _ path: String, _ purpose: String, _ mayBeShared: Bool
    ) -> String? {
        if facts.owner != 0, facts.owner != user {
            let command = facts.kind == .link ? "chown -h" : "chown"
            return "\(purpose) \(path) belongs to user \(facts.owner), who can change it:"
                + " run `\(command) \(user) \(path)` if that is not meant"
        }
        // The bits of a link mean nothing.
        guard facts.kind != .link, let (who, bits) = writers(facts, mayBeShared) else {
            return nil
        }
        if mayBeShared, facts.mode & 0o1000 != 0 { return nil }
        if PosixFileSystem.isReadOnly(path) { return nil }
        return "\(purpose) \(path) can be changed by \(who)"
            + " (mode 0\(String(facts.mode & 0o7777, radix: 8))):"
            + " run `chmod \(bits) \(path)`, and see what is in it"
    }

    private func writers(
        _ facts: FileFacts, _ mayBeShared: Bool
    ) -> (who: String, bits: String)? {
        if facts.mode & 0o002 != 0 { return ("anybody", "go-w") }
        guard facts.mode & 0o020 != 0 else { return nil }
        // On many systems more than root are in root's group, so it counts as root's own only where little hangs on it.
        if facts.group != 0 || mayBeShared, UserGroups.isPrivate(facts.group, to: facts.owner) {
            return nil
        }
        return ("its group \(facts.group)", "g-w")
    }

    private func target(of link: String) -> String? {
        guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: link) else {
            return nil
        }
        if next.hasPrefix("/") { return next }
        let folder = (link as NSString).deletingLastPathComponent
        return folder.isEmpty ? next : folder + "/" + next
    }
}

/// What `/etc/passwd` and `/etc/group` say of who is in a group.
enum UserGroups {
    /// Whether a group has one user as its only member.
    static func isPrivate(_ group: UInt32, to user: UInt32) -> Bool {
        let users = rows(of: "/etc/passwd").filter { $0.count > 3 }
        guard let own = users.first(where: { $0[2] == String(user) }),
            own[3] == String(group),
            !users.contains(where: { $0[3] == String(group) && $0[2] != String(user) }),
            let row = rows(of: "/etc/group").first(where: { $0.count > 3 && $0[2] == String(group) }
            )
        else { return false }
        return row[3].split(separator: ",").allSatisfy { $0 == own[0] }
    }

    private static func rows(of path: String) -> [[Substring]] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").map {
            $0.split(separator: ":", omittingEmptySubsequences: false)
        }
    }
}
