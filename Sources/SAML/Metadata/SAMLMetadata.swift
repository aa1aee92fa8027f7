internal import XML

/// What an identity provider publishes about itself (SAML Metadata 2.0).
public struct SAMLMetadata: Sendable {
    /// Its entity id.
    public let entityID: String
    /// The keys that it signs with, each as SubjectPublicKeyInfo or certificate, DER; those without a use serve for both.
    public let certificates: [[UInt8]]
    /// Where requests are sent, by binding.
    public let signOn: [Endpoint]
    /// Where sign-offs are sent.
    public let signOff: [Endpoint]
    /// Whether it wants requests to be signed.
    public let wantsSignedRequests: Bool
    /// When it must not be used any more, seconds since the Unix epoch; nil where it does not say.
    public let validUntilSeconds: Int64?

    /// How long it need not be asked for again, in seconds; nil where it does not say.
    public let cacheSeconds: Int64?

    /// An address, and how it is spoken to.
    public struct Endpoint: Sendable, Equatable {
        /// The binding.
        public let binding: Binding
        /// Where.
        public let location: String
        /// Where answers go, if elsewhere.
        public let responseLocation: String?
    }

    /// The bindings that are spoken (SAML Bindings sections 3.4 and 3.5).
    public enum Binding: String, Sendable {
        case redirect = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
        case post = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    }

    /// Reads the metadata of one provider.
    ///
    /// - Parameters:
    ///   - bytes: The document: an EntityDescriptor, or an EntitiesDescriptor that holds the one that is named.
    ///   - entityID: Whose is meant; nil for the only one.
    ///   - signers: Keys of which one must have signed the document; nil where where it comes from is enough.
    /// - Throws: ``SAMLRefusal``.
    public init(
        _ bytes: [UInt8], entityID: String?, signers: [SignatureKey]?
    ) throws(SAMLRefusal) {
        let root: XMLElement
        do throws(XMLFault) {
            root = try XMLReader.read(bytes)
        } catch {
            throw .document(error)
        }
        if let signers {
            guard let signature = try EnvelopedSignature(of: root) else {
                throw .signature("the metadata is not signed")
            }
            try signature.verify(root, keys: signers)
        }
        let entity = try Self.entity(root, entityID)
        guard let role = entity.only(SAMLNames.metadata("IDPSSODescriptor")) else {
            throw .structure("there is not exactly one IDPSSODescriptor")
        }
        guard let protocols = role.attribute("protocolSupportEnumeration"),
            protocols.split(separator: " ").contains(Substring(SAMLNames.protocolNamespace))
        else { throw .structure("the provider does not speak SAML 2.0") }
        self.entityID = try Self.name(of: entity)
        certificates = Self.certificates(role)
        guard !certificates.isEmpty else { throw .structure("the metadata holds no signing key") }
        signOn = try Self.endpoints(role, "SingleSignOnService")
        guard !signOn.isEmpty else { throw .structure("the metadata names nowhere to sign on") }
        signOff = try Self.endpoints(role, "SingleLogoutService")
        wantsSignedRequests = ["true", "1"].contains(role.attribute("WantAuthnRequestsSigned"))
        validUntilSeconds =
            try [root, entity, role].map { one throws(SAMLRefusal) in try one.time("validUntil") }
            .compactMap { $0 }.min()
        cacheSeconds =
            try [root, entity, role].map { one throws(SAMLRefusal) in
                try one.duration("cacheDuration")
            }.compactMap { $0 }.min()
    }

    /// Whether it may be used.
    public func isValid(atSeconds now: Int64) -> Bool { validUntilSeconds.map { now < $0 } ?? true }

    private static func entity(
        _ root: XMLElement, _ wanted: String?
    ) throws(SAMLRefusal) -> XMLElement {
        let descriptor = SAMLNames.metadata("EntityDescriptor")
        let all: [XMLElement]
        switch root.name {
        case descriptor: all = [root]
        case SAMLNames.metadata("EntitiesDescriptor"): all = root.elements(descriptor)
        default: throw .structure("the document is no SAML metadata")
        }
        var fitting: [XMLElement] = []
        for one in all {
            let name = try name(of: one)
            if wanted.map({ $0.utf8.elementsEqual(name.utf8) }) ?? true { fitting.append(one) }
        }
        guard fitting.count == 1, let entity = fitting.first else {
            throw .mismatch(
                "the metadata describes \(fitting.count) providers of that name; name one by entity_id"
            )
        }
        return entity
    }

    private static func name(of entity: XMLElement) throws(SAMLRefusal) -> String {
        guard let name = entity.attribute("entityID"), (1...1024).contains(name.utf8.count) else {
            throw .structure("an EntityDescriptor has no entityID of 1 to 1024 bytes")
        }
        return name
    }

    private static func certificates(_ role: XMLElement) -> [[UInt8]] {
        let signing = role.elements(SAMLNames.metadata("KeyDescriptor")).filter {
            [nil, "signing"].contains($0.attribute("use"))
        }
        let found = signing.flatMap { descriptor in
            descriptor.elements(SAMLNames.signature("KeyInfo")).flatMap {
                $0.elements(SAMLNames.signature("X509Data"))
            }.flatMap { $0.elements(SAMLNames.signature("X509Certificate")) }
        }
        return found.prefix(SAMLLimits.keysMax).compactMap { $0.text.flatMap(Base64Text.decode) }
    }

    private static func endpoints(
        _ role: XMLElement, _ local: String
    ) throws(SAMLRefusal) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for one in role.elements(SAMLNames.metadata(local)) {
            guard let binding = Binding(rawValue: one.attribute("Binding") ?? "") else { continue }
            let response = one.attribute("ResponseLocation")
            guard let location = one.attribute("Location"), isAddress(location),
                response.map(isAddress) ?? true
            else { throw .structure("\(local) has no http or https Location") }
            endpoints.append(
                Endpoint(binding: binding, location: location, responseLocation: response))
        }
        return endpoints
    }

    private static func isAddress(_ text: String) -> Bool {
        (text.hasPrefix("https://") || text.hasPrefix("http://")) && text.utf8.count <= 2_048
            && text.utf8.allSatisfy {
                (0x21...0x7E).contains($0) && ![0x22, 0x3C, 0x3E].contains($0)
            }
    }
}
