import Crypto
import NIOConcurrencyHelpers

/// A person, as records must not name them.
public struct SubjectName: Hashable, Sendable {
    /// The principal's kind.
    public var kind: String
    /// The identifier within its kind.
    public var id: String

    /// Names a person.
    public init(kind: String, id: String) {
        self.kind = kind
        self.id = id
    }
}

/// Which person stands behind a pseudonym, and the key that opens what records say of them.
///
/// Records name a person by a random pseudonym and carry the rest encrypted under a key of the person's own. The
/// leaf hash covers what is encrypted, so a person is erased by destroying the key: all proofs stay as they are.
/// The keys are wrapped by one key that is replaced at each erasure, so that an older copy of the vault opens nothing.
///
/// State is guarded by `lock`, file operations included: they are rare, one a new person.
public final class SubjectVault: @unchecked Sendable {
    struct Subject {
        var pseudonym: String
        var name: SubjectName
        var key: SymmetricKey
    }

    private let lock = NIOLock()
    private let files: VaultFiles
    private let kinds: Set<String>
    private var wrapping: SymmetricKey
    private var byName: [SubjectName: Subject] = [:]
    private var byPseudonym: [String: SubjectName] = [:]

    /// Opens or creates the vault in an audit folder.
    ///
    /// - Parameters:
    ///   - directory: the audit folder.
    ///   - keyFile: the wrapping key's file; nil is `subjects/key` in the folder. Best kept elsewhere.
    ///   - personalKinds: the kinds of principals that are people.
    /// - Returns: The vault with all people that it knew.
    /// - Throws: `AuditError.evidence` for a vault that can't be read, `.io`.
    public static func open(
        directory: String, keyFile: String? = nil, personalKinds: Set<String>
    ) throws(AuditError) -> SubjectVault {
        try SubjectVault(
            VaultFiles(
                system: PosixFileSystem(), folder: directory + "/subjects", keyFile: keyFile),
            personalKinds)
    }

    init(_ files: VaultFiles, _ kinds: Set<String>) throws(AuditError) {
        self.files = files
        self.kinds = kinds
        let opened = try files.open()
        wrapping = opened.wrapping
        for subject in opened.subjects { add(subject) }
    }

    /// Whether principals of a kind are people.
    public func isPersonal(_ kind: String) -> Bool { kinds.contains(kind) }

    /// The number of people known.
    public var count: Int { lock.withLock { byName.count } }

    /// The members `principal` and `client` of a record: of a person only what does not tell who it is.
    ///
    /// Where the vault can't take a new person, nothing is told: the pseudonym is `withheld`.
    public func fragment(
        principal: PrincipalFields, client: ClientFields
    ) -> IdentityFragment {
        let attributes = PersonalAttributes(principal.attributes)
        let owner = attributes.ceiling.flatMap { kinds.contains($0.kind) ? $0 : nil }
        let isPersonal = kinds.contains(principal.kind)
        guard isPersonal || owner != nil else {
            return IdentityFragment(principal: principal, client: client)
        }
        let person = SubjectName(kind: principal.kind, id: principal.id)
        let shownOwner = owner.map { subject($0)?.pseudonym ?? Self.withheld }
        var shown = principal
        shown.attributes = attributes.shown(isPersonal: isPersonal, owner: shownOwner)
        // A key acts for its owner: then where it comes from is the owner's.
        guard let subject = isPersonal ? subject(person) : owner.flatMap({ subject($0) }) else {
            if isPersonal { shown.id = Self.withheld }
            return IdentityFragment(principal: shown, client: client, sealed: "")
        }
        if isPersonal { shown.id = subject.pseudonym }
        var facts: [UInt8] = []
        facts.append(#"{"id":"#)
        facts.append(quoted: subject.name.id)
        facts.append(#","ip":"#)
        facts.append(quoted: client.ip)
        if let agent = client.agent {
            facts.append(#","agent":"#)
            facts.append(quoted: agent)
        }
        facts.append(contentsOf: attributes.claims)
        facts.append("}")
        let sealed = VaultFiles.seal(facts, subject.key, for: subject.pseudonym) ?? ""
        return IdentityFragment(principal: shown, client: client, sealed: sealed)
    }

    private static let withheld = "withheld"

    /// The pseudonym of a person that is known, else nil.
    public func pseudonym(of name: SubjectName) -> String? {
        lock.withLock { byName[name]?.pseudonym }
    }

    /// Who stands behind a pseudonym, nil if nobody known or erased.
    public func name(of pseudonym: String) -> SubjectName? {
        lock.withLock { byPseudonym[pseudonym] }
    }

    /// What a record's member `sealed` says: an object of `id`, `ip` and `agent`; nil once the person is erased.
    public func reveal(_ sealed: String, of pseudonym: String) -> [UInt8]? {
        let key = lock.withLock { byPseudonym[pseudonym].flatMap { byName[$0]?.key } }
        return key.flatMap { VaultFiles.open(sealed, $0, for: pseudonym) }
    }

    /// Destroys a person's key, for good: nothing that the log says of them can be read any more.
    ///
    /// - Returns: The pseudonym, nil if the person is not known.
    /// - Throws: `AuditError.held` while a legal hold forbids it, `.io`; then nothing is erased.
    public func erase(_ name: SubjectName) throws(AuditError) -> String? {
        lock.lock()
        defer { lock.unlock() }
        guard let subject = byName[name] else { return nil }
        let holds = try files.holds()
        if let hold = holds.first(where: { $0.covers(subject.pseudonym) }) {
            throw .held(hold.reason)
        }
        let rest = byName.values.filter { $0.pseudonym != subject.pseudonym }
        wrapping = try files.replace(with: rest)
        byName[name] = nil
        byPseudonym[subject.pseudonym] = nil
        return subject.pseudonym
    }

    func withFiles<T>(_ body: (VaultFiles) throws(AuditError) -> T) throws(AuditError) -> T {
        lock.lock()
        defer { lock.unlock() }
        return try body(files)
    }

    private func subject(_ name: SubjectName) -> Subject? {
        lock.lock()
        defer { lock.unlock() }
        if let known = byName[name] { return known }
        guard byName.count < Limits.subjectsMax else { return nil }
        let made = Subject(
            pseudonym: "p-" + Hex.text((0..<16).map { _ in UInt8.random(in: 0...255) }),
            name: name, key: SymmetricKey(size: .bits256))
        // Durable before any record is sealed with it: a key that is lost is a person erased.
        guard (try? files.append(made, under: wrapping)) != nil else { return nil }
        add(made)
        return made
    }

    private func add(_ subject: Subject) {
        byName[subject.name] = subject
        byPseudonym[subject.pseudonym] = subject.name
    }
}
