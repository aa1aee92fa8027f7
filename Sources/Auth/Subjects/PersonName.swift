internal import Crypto
internal import Foundation
internal import Policy

/// Whom a pseudonym stands for, in 32 bytes: SHA-256 over the kind and the id, by code units.
///
/// It keeps names out of the file; who can guess one can check the guess, as long as the row is there.
struct PersonName: Hashable, Sendable {
    let bytes: [UInt8]

    init(kind: Principal.Kind, id: String) {
        // No kind holds a zero byte, so it keeps the two apart.
        bytes = Array(SHA256.hash(data: Array(kind.rawValue.utf8) + [0] + Array(id.utf8)))
    }

    /// All of whom it is not known yet who they are.
    static let visitors = PersonName(kind: .anonymous, id: "")

    /// The person that a principal is, or whose key it is; nil where it is none.
    init?(behind principal: Principal) {
        switch principal.kind {
        case .user: self.init(kind: .user, id: principal.id)
        case .key:
            guard let owner = principal.owner?.principal, owner.kind == .user else { return nil }
            self.init(kind: .user, id: owner.id)
        case .service, .operator, .anonymous: return nil
        }
    }

    init?(_ data: Data) {
        guard data.count == 32 else { return nil }
        bytes = Array(data)
    }
}
