public import Audit
internal import Crypto
internal import Foundation

/// A person as records know them: a pseudonym, and a key that tells who stands behind it.
public struct Person: PersonalSeal, Sendable {
    /// 128 random bits; it says nothing of the person.
    public let pseudonym: String
    private let key: SymmetricKey

    init(pseudonym: String, key: [UInt8]) {
        self.pseudonym = pseudonym
        self.key = SymmetricKey(data: key)
    }

    /// Seals with AES-256-GCM (NIST SP 800-38D), a random nonce, and the pseudonym and the member as associated data.
    public func seal(_ text: String, for member: String) -> String {
        let box = try? AES.GCM.seal(
            Array(text.utf8), using: key, authenticating: Self.bound(pseudonym, member))
        return box?.combined?.base64EncodedString() ?? ""
    }

    /// What was sealed; nil where it was for somebody else or another member.
    public func open(_ sealed: String, for member: String) -> String? {
        guard let bytes = Data(base64Encoded: sealed),
            let box = try? AES.GCM.SealedBox(combined: bytes),
            let text = try? AES.GCM.open(
                box, using: key, authenticating: Self.bound(pseudonym, member))
        else { return nil }
        return String(validating: text, as: UTF8.self)
    }

    private static func bound(_ pseudonym: String, _ member: String) -> [UInt8] {
        Array(pseudonym.utf8) + [0] + Array(member.utf8)
    }
}
