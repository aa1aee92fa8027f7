package import Auth
internal import Crypto
internal import PKI
package import Policy
internal import Text

/// Whose connections and streams are: a principal's, or those that a credential was shown on.
package struct LiveOwner: Hashable, Sendable {
    private enum Name: Hashable, Sendable {
        case principal(kind: Principal.Kind, id: ExactText)
        case credential(SHA256Digest)
    }

    private let name: Name

    /// All of a principal, whatever credentials it came with.
    package init(_ principal: Principal) {
        name = .principal(kind: principal.kind, id: ExactText(principal.id))
    }

    /// All that a credential was shown on.
    package init(_ credential: Credential) {
        self.init(digest: credential.digest)
    }

    init(digest: SHA256Digest) {
        name = .credential(digest)
    }
}

extension Credential {
    /// What stands for it where it must not be kept.
    var digest: SHA256Digest {
        var hasher = SHA256()
        hasher.update(data: Array(kind.utf8))
        hasher.update(data: [0])
        switch self {
        case .bearer(let token), .apiKey(let token), .session(let token):
            hasher.update(data: token.bytes)
        case .certificate(let peer):
            hasher.update(data: Array(peer.serial.utf8))
        }
        return hasher.finalize()
    }
}
