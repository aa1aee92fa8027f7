import Crypto

/// The vault's files: one row a person, and the key that wraps their keys.
///
/// `vault`: a heading with the wrapping key's name, then `<pseudonym> <wrapped key> <sealed name>` a line.
/// `key`: `<name> <base64>` a line; while the vault is rewritten it holds the old and the new key.
struct VaultFiles {
    private static let heading = "maxine subjects v1 "
    let system: any FileSystem
    let folder: String
    let keyFile: String?

    private var vault: SmallFile { SmallFile(system: system, path: folder + "/vault") }
    private var keys: SmallFile { SmallFile(system: system, path: keyFile ?? folder + "/key") }
    var holdFile: SmallFile { SmallFile(system: system, path: folder + "/holds") }

    /// Reads both files, or makes them.
    func open() throws(AuditError) -> (wrapping: SymmetricKey, subjects: [SubjectVault.Subject]) {
        guard let bytes = try vault.bytes() else {
            let wrapping = try replace(with: [])
            return (wrapping, [])
        }
        // A row that a crash cut off was never used.
        let end = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        if end < bytes.count { try vault.cut(to: Int64(end)) }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n")
        guard let first = lines.first, first.hasPrefix(Self.heading) else {
            throw .evidence(file: vault.path, why: "not a vault of subjects")
        }
        let name = String(first.dropFirst(Self.heading.count))
        guard let wrapping = try wrappingKeys()[name] else {
            throw .evidence(file: keys.path, why: "it does not hold the vault's key \(name)")
        }
        var subjects: [SubjectVault.Subject] = []
        for (index, line) in lines.dropFirst().enumerated() {
            guard let subject = Self.subject(line, wrapping) else {
                throw .evidence(file: vault.path, why: "line \(index + 2) can't be opened")
            }
            subjects.append(subject)
        }
        return (wrapping, subjects)
    }

    /// Adds a row, durable.
    func append(
        _ subject: SubjectVault.Subject, under wrapping: SymmetricKey
    ) throws(AuditError) {
        try vault.append(Array(try Self.row(subject, wrapping).utf8))
    }

    /// Writes the vault anew under a new wrapping key; what the old files held is overwritten and gone.
    func replace(
        with subjects: some Collection<SubjectVault.Subject>
    ) throws(AuditError) -> SymmetricKey {
        let name = Hex.text((0..<8).map { _ in UInt8.random(in: 0...255) })
        let wrapping = SymmetricKey(size: .bits256)
        var text = Self.heading + name + "\n"
        for subject in subjects { text += try Self.row(subject, wrapping) }
        let line = "\(name) \(Self.base64(wrapping.withUnsafeBytes { Array($0) }))\n"
        let old = try keys.text() ?? ""
        try keys.replace(with: Array((old + line).utf8))
        try vault.replaceAndOverwrite(with: Array(text.utf8))
        try keys.replaceAndOverwrite(with: Array(line.utf8))
        return wrapping
    }

    /// The legal holds in force.
    func holds() throws(AuditError) -> [LegalHold] {
        try LegalHold.list(try holdFile.text() ?? "", file: holdFile.path)
    }

    private func wrappingKeys() throws(AuditError) -> [String: SymmetricKey] {
        var found: [String: SymmetricKey] = [:]
        for line in (try keys.text() ?? "").split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let bytes = Base64.decode(Array(parts[1].utf8)),
                bytes.count == 32
            else { throw .evidence(file: keys.path, why: "not a file of wrapping keys") }
            found[String(parts[0])] = SymmetricKey(data: bytes)
        }
        return found
    }

    private static func row(
        _ subject: SubjectVault.Subject, _ wrapping: SymmetricKey
    ) throws(AuditError) -> String {
        let key = subject.key.withUnsafeBytes { Array($0) }
        let name = Array("\(subject.name.kind)\n\(subject.name.id)".utf8)
        guard let wrapped = seal(key, wrapping, for: subject.pseudonym),
            let sealed = seal(name, subject.key, for: subject.pseudonym)
        else { throw .evidence(file: "vault", why: "a subject's key can't be wrapped") }
        return "\(subject.pseudonym) \(wrapped) \(sealed)\n"
    }

    private static func subject(
        _ line: Substring, _ wrapping: SymmetricKey
    ) -> SubjectVault.Subject? {
        let parts = line.split(separator: " ").map(String.init)
        guard parts.count == 3, let key = open(parts[1], wrapping, for: parts[0]),
            key.count == 32,
            let name = open(parts[2], SymmetricKey(data: key), for: parts[0])
        else { return nil }
        let text = String(decoding: name, as: UTF8.self)
            .split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard text.count == 2 else { return nil }
        return SubjectVault.Subject(
            pseudonym: parts[0], name: SubjectName(kind: String(text[0]), id: String(text[1])),
            key: SymmetricKey(data: key))
    }

    /// AES-256-GCM with the pseudonym as associated data (NIST SP 800-38D); nonce, text, tag as base64.
    static func seal(_ bytes: [UInt8], _ key: SymmetricKey, for pseudonym: String) -> String? {
        let box = try? AES.GCM.seal(bytes, using: key, authenticating: Array(pseudonym.utf8))
        return box?.combined.map { base64(Array($0)) }
    }

    static func open(_ text: String, _ key: SymmetricKey, for pseudonym: String) -> [UInt8]? {
        guard let bytes = Base64.decode(Array(text.utf8)),
            let box = try? AES.GCM.SealedBox(combined: bytes),
            let plain = try? AES.GCM.open(box, using: key, authenticating: Array(pseudonym.utf8))
        else { return nil }
        return Array(plain)
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        bytes.withUnsafeBytes { Base64.append($0, to: &out) }
        return String(decoding: out, as: UTF8.self)
    }
}
