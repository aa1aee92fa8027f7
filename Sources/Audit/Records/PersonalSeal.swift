public import StrictJSON

/// Hides who a person is in records: what identifies them becomes a pseudonym and a ciphertext under a key of theirs.
///
/// Once the key is gone nothing tells the person any more, and the log stays as it is.
public protocol PersonalSeal: Sendable {
    /// What stands for the person in every record.
    var pseudonym: String { get }
    /// Hides a text of a member, such as `client.ip`; it can't be opened as another's.
    ///
    /// - Parameters:
    ///   - text: What identifies the person.
    ///   - member: Names the member.
    /// - Returns: Nonce, ciphertext and tag as base64.
    func seal(_ text: String, for member: String) -> String
}

/// What identifies a person, as records have it: see ``PersonalSeal``.
public struct SealedText: Sendable {
    /// What stands for the person.
    public let pseudonym: String
    /// The base64 text under their key.
    public let sealed: String

    /// Hides a text of a member, such as `client.ip`.
    public init(_ text: String, for member: String, by person: any PersonalSeal) {
        pseudonym = person.pseudonym
        sealed = person.seal(text, for: member)
    }

    init?(object: [UInt8]) {
        guard let pseudonym = JSONMembers.text("pseudonym", in: object),
            let sealed = JSONMembers.text("sealed", in: object)
        else { return nil }
        self.pseudonym = pseudonym
        self.sealed = sealed
    }

    /// Takes what stands in the detail of a record; nil where that is no sealed text.
    public init?(_ value: JSONValue?) {
        guard let pseudonym = value?["pseudonym"]?.string, let sealed = value?["sealed"]?.string
        else { return nil }
        self.pseudonym = pseudonym
        self.sealed = sealed
    }

    /// The object `{"pseudonym","sealed"}`.
    public var encoded: [UInt8] {
        var out: [UInt8] = []
        write(to: &out)
        return out
    }

    func write(to out: inout [UInt8]) {
        out.append(#"{"pseudonym":"#)
        out.append(quoted: pseudonym)
        out.append(#","sealed":"#)
        out.append(quoted: sealed)
        out.append("}")
    }
}
