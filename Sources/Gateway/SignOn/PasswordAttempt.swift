internal import Audit
internal import Auth
internal import Policy
internal import StrictJSON
internal import Text

/// A name and a password as they were sent; the password goes to the provider and nowhere else.
struct PasswordAttempt: Sendable {
    /// The provider that is asked; nil for the only one that takes passwords.
    let provider: String?
    let user: String
    let password: RawToken

    /// What failures are counted by: the name alone, without a domain, so that nobody has as many tries as there are spellings.
    var account: String {
        let name = user.split(separator: "\\").last ?? ""
        return String(name.prefix { $0 != "@" })
    }

    /// Why nobody needs to be asked; the answer is that to a wrong password.
    var fault: ProviderFault? {
        if password.bytes.isEmpty {
            // Many directories let an empty password in, as nobody (RFC 4513 section 5.1.2).
            return .refused(code: "password_empty", reason: "no password was sent")
        }
        if password.bytes.count > SignOnLimits.passwordBytesMax {
            return .refused(code: "password_too_long", reason: "the password is too long")
        }
        if user.isEmpty || user.utf8.count > SignOnLimits.userBytesMax {
            return .refused(code: "name_malformed", reason: "the name is empty or too long")
        }
        if user.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            return .refused(code: "name_malformed", reason: "the name holds control characters")
        }
        return nil
    }

    /// The detail of the intent record: whom it claims to be.
    ///
    /// Who is known is named by their pseudonym, all others by a word of this
    /// process that says whether two attempts were of one name; strangers make no persons.
    func detail(_ people: RecordedPeople, askedOf provider: String?) -> [UInt8] {
        var writer = JSONWriter(capacity: 192)
        writer.raw("{")
        if let provider {
            writer.raw("\"provider\":")
            writer.string(Quotation.cut(provider))
            writer.raw(",")
        }
        writer.raw("\"claims\":")
        if let known = claimed(people, askedOf: provider) {
            writer.raw(SealedText(user, for: Self.claims, by: known).encoded)
        } else {
            writer.string(people.persons.word(forClaimed: FoldedName(user).text))
        }
        writer.raw("}")
        return writer.bytes
    }

    /// Whom it claims to be, if that is somebody known.
    func claimed(_ people: RecordedPeople, askedOf provider: String?) -> Person? {
        provider.flatMap { people.persons.known(user: "\($0)/\(user)") }
    }

    private static let claims = "detail.claims"
}
