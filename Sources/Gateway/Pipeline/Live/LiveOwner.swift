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
        case named(String)
        case serial(String)
        case identity(ExactText)
        case authority(String)
    }

    private let name: Name
    /// The name's, since a connection is looked up by each of its owners several times.
    private let nameHash: Int

    private init(of name: Name) {
        self.name = name
        nameHash = name.hashValue
    }

    /// Hashes the name.
    package func hash(into hasher: inout Hasher) { hasher.combine(nameHash) }

    /// All of a principal, whatever credentials it came with.
    package init(_ principal: Principal) {
        self.init(of: .principal(kind: principal.kind, id: ExactText(principal.id)))
    }

    /// All that a credential was shown on.
    package init(_ credential: Credential) {
        self.init(digest: credential.digest)
    }

    /// All connections that were opened with the certificate of a serial number, whoever issued it.
    package init(serial: String) { self.init(of: .serial(serial)) }

    /// All connections that were opened with a certificate of an identity.
    package init(identity: SPIFFEID) {
        self.init(of: .identity(ExactText(identity.description)))
    }

    /// All connections that were opened with a certificate below an authority, by its key identifier.
    package init(authority: String) { self.init(of: .authority(authority)) }

    /// All that a certificate belongs to.
    static func all(of peer: VerifiedPeer) -> [LiveOwner] {
        [LiveOwner(serial: peer.serial), LiveOwner(identity: peer.spiffeID)]
            + peer.authorityKeyIDs.map { LiveOwner(authority: $0) }
    }

    /// All that was opened with certificates of a trait.
    init(_ trait: CertificateTrait) {
        switch trait {
        case .serial(let serial): self.init(of: .serial(serial))
        case .identity(let id): self.init(of: .identity(id))
        case .authority(let keyID): self.init(of: .authority(keyID))
        }
    }

    /// What certificates have in common whose connections are meant; nil where it is not by certificates that they are.
    var trait: CertificateTrait? {
        switch name {
        case .serial(let serial): .serial(serial)
        case .identity(let id): .identity(id)
        case .authority(let keyID): .authority(keyID)
        case .principal, .credential, .named: nil
        }
    }

    init(digest: SHA256Digest) {
        self.init(of: .credential(digest))
    }

    /// All that a credential was shown on, in whatever way: what its terms call it.
    init(named name: String) {
        self.init(of: .named(name))
    }
}

extension Credential {
    /// The sorts of credentials, so that none is taken for another of the same bytes.
    enum Sort: UInt8 {
        case certificate, bearer, apiKey, session
    }

    /// What stands for it where it must not be kept.
    var digest: SHA256Digest {
        switch self {
        case .bearer(let token): token.bytes.withUnsafeBytes { Self.digest(.bearer, $0) }
        case .apiKey(let token): token.bytes.withUnsafeBytes { Self.digest(.apiKey, $0) }
        case .session(let token): token.bytes.withUnsafeBytes { Self.digest(.session, $0) }
        case .certificate(let peer):
            Array(peer.serial.utf8).withUnsafeBytes { Self.digest(.certificate, $0) }
        }
    }

    /// The digest of a credential of a sort by the bytes of it.
    static func digest(_ sort: Sort, _ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var hasher = SHA256()
        withUnsafeBytes(of: sort.rawValue) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: bytes)
        return hasher.finalize()
    }
}
