internal import Text

/// What a directory answered to a bind, and what its password policy said with it.
struct BindResult: Sendable, Equatable {
    /// The result code (RFC 4511 section 4.1.9).
    var code: Int32
    var diagnostic = ""
    /// The error of the password policy's control (draft-behera-ldap-password-policy-10 section 6.2); nil for none.
    var policyError: Int32?
    /// Sign-ons left with a password that has expired.
    var graceLeft: Int32?

    /// Why a person is not let in; nil where they are.
    ///
    /// - Throws: `DirectoryFault.broken` where the answer says nothing about the person.
    func refusal() throws(DirectoryFault) -> (DirectoryRefusal, String)? {
        if let refusal = policyRefusal() { return refusal }
        if code == 0 { return nil }
        switch code {
        case 49, 32, 34, 48:
            return activeDirectoryRefusal() ?? (.wrongPassword, told)
        // 389 Directory Server and others say so of accounts that are locked, or whose password is empty.
        case 19, 53: return (.locked, told)
        default: throw .broken("the directory answers a sign-on with \(told)")
        }
    }

    private static let expired: Int32 = 0
    private static let locked: Int32 = 1
    private static let changeAfterReset: Int32 = 2

    /// The code and what was said, cut and without what acts.
    var told: String {
        diagnostic.isEmpty ? "code \(code)" : "code \(code), \(quote(diagnostic))"
    }

    private func policyRefusal() -> (DirectoryRefusal, String)? {
        switch policyError {
        case Self.expired: return (.passwordExpired, told)
        case Self.locked: return (.locked, told)
        case Self.changeAfterReset: return (.mustChange, told)
        default: break
        }
        guard code == 0, let graceLeft else { return nil }
        // A grace login is for changing the password, which is not done here.
        return (.passwordExpired, "\(graceLeft) grace logins left")
    }

    /// Active Directory's word in the diagnostic, as `data 52e`.
    private func activeDirectoryRefusal() -> (DirectoryRefusal, String)? {
        let words = diagnostic.split { $0 == " " || $0 == "," }
        guard let at = words.firstIndex(of: "data"), at + 1 < words.count else { return nil }
        switch words[at + 1].lowercased() {
        case "525": return (.unknownUser, told)
        case "52e": return (.wrongPassword, told)
        case "530", "531": return (.disabled, told)
        case "532": return (.passwordExpired, told)
        case "533": return (.disabled, told)
        case "701": return (.expired, told)
        case "773": return (.mustChange, told)
        case "775": return (.locked, told)
        default: return nil
        }
    }
}
