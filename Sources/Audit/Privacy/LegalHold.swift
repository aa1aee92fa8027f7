/// A legal hold: while it stands, nothing that it covers is erased or removed.
public struct LegalHold: Hashable, Sendable {
    /// The hold's own name, such as a case number.
    public let name: String
    /// The person it covers, by pseudonym; nil covers everybody and every segment.
    public let pseudonym: String?
    /// Why, one line.
    public let reason: String

    /// Makes a hold; nil if the name has blanks or a text is no single line.
    public init?(name: String, pseudonym: String?, reason: String) {
        let isWord = { (text: String) in
            !text.isEmpty && text.utf8.count <= 200
                && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        }
        guard isWord(name), pseudonym.map(isWord) ?? true, reason.utf8.count <= 400,
            !reason.utf8.contains(where: { $0 < 0x20 })
        else { return nil }
        self.name = name
        self.pseudonym = pseudonym
        self.reason = reason
    }

    /// Whether it forbids erasing a person.
    func covers(_ pseudonym: String) -> Bool {
        self.pseudonym == nil || self.pseudonym == pseudonym
    }

    var line: String { "\(name) \(pseudonym ?? "*") \(reason)\n" }

    /// Reads a file of holds, one a line.
    ///
    /// - Throws: `AuditError.evidence` naming the line: a hold that can't be read must not be passed over.
    static func list(_ text: String, file: String) throws(AuditError) -> [LegalHold] {
        var holds: [LegalHold] = []
        for (index, line) in text.split(separator: "\n").enumerated() {
            let parts = line.split(
                separator: " ", maxSplits: 2, omittingEmptySubsequences: false
            ).map(String.init)
            guard parts.count == 3,
                let hold = LegalHold(
                    name: parts[0], pseudonym: parts[1] == "*" ? nil : parts[1], reason: parts[2])
            else { throw .evidence(file: file, why: "line \(index + 1) is no legal hold") }
            holds.append(hold)
        }
        return holds
    }
}

extension SubjectVault {
    /// The legal holds in force.
    ///
    /// - Throws: `AuditError.evidence`, `.io`.
    public func holds() throws(AuditError) -> [LegalHold] {
        try withFiles { files throws(AuditError) in try files.holds() }
    }

    /// Puts a hold in force; one of the same name is replaced.
    ///
    /// - Throws: `AuditError.evidence`, `.io`.
    public func place(_ hold: LegalHold) throws(AuditError) {
        try withFiles { files throws(AuditError) in
            let others = try files.holds().filter { $0.name != hold.name }
            try files.holdFile.replace(
                with: Array((others + [hold]).map(\.line).joined().utf8))
        }
    }

    /// Lifts a hold; false if there is none of the name.
    ///
    /// - Throws: `AuditError.evidence`, `.io`.
    public func lift(_ name: String) throws(AuditError) -> Bool {
        try withFiles { files throws(AuditError) in
            let holds = try files.holds()
            let others = holds.filter { $0.name != name }
            guard others.count < holds.count else { return false }
            try files.holdFile.replace(with: Array(others.map(\.line).joined().utf8))
            return true
        }
    }
}
