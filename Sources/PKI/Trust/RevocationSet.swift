/// Certificates and authorities that are no longer trusted, checked for every element of a path.
public struct RevocationSet: Sendable, Equatable {
    /// A certificate, named by its issuer's key and its serial number.
    public struct Entry: Hashable, Sendable {
        /// The issuer's key identifier, lower-case hexadecimal.
        public let issuerKeyID: String
        /// The serial number, lower-case hexadecimal without leading zeros.
        public let serial: String

        /// Names one certificate.
        public init(issuerKeyID: String, serial: String) {
            self.issuerKeyID = issuerKeyID
            self.serial = serial
        }
    }

    /// The revoked certificates.
    public var certificates: Set<Entry>
    /// The key identifiers of tainted authorities: neither they nor what they issued is taken.
    public var taintedKeyIDs: Set<String>

    /// Nothing is revoked unless named.
    public init(certificates: Set<Entry> = [], taintedKeyIDs: Set<String> = []) {
        self.certificates = certificates
        self.taintedKeyIDs = taintedKeyIDs
    }

    func check(_ certificate: ParsedCertificate, element: Int) throws(PeerRefusal) {
        let extensions = certificate.extensions
        if !taintedKeyIDs.isEmpty {
            for bytes in [extensions.authorityKeyIdentifier, extensions.subjectKeyIdentifier] {
                guard let keyID = bytes.map({ hexText($0) }), taintedKeyIDs.contains(keyID) else {
                    continue
                }
                throw .tainted(element: element, keyID: keyID)
            }
        }
        guard !certificates.isEmpty else { return }
        let issuer = extensions.authorityKeyIdentifier ?? extensions.subjectKeyIdentifier ?? []
        let entry = Entry(issuerKeyID: hexText(issuer), serial: certificate.serial)
        guard !certificates.contains(entry) else {
            throw .revoked(element: element, serial: certificate.serial)
        }
    }
}
