import Text

/// The form of services' SPIFFE IDs in a trust domain.
///
/// A template is a SPIFFE ID in which whole path segments may be `{namespace}`, `{datacenter}` and
/// `{service}`. Each may stand once; `{service}` must. What a template leaves out is `default` for
/// the namespace and `dc1` for the datacenter when an ID is read.
public struct IdentityTemplate: Hashable, Sendable {
    /// The form that Consul-aware clients verify.
    public static let consul = IdentityTemplate(
        unchecked: "spiffe://{trust_domain}/ns/{namespace}/dc/{datacenter}/svc/{service}",
        segments: [
            .literal("ns"), .namespace, .literal("dc"), .datacenter, .literal("svc"), .service,
        ])

    /// The template as it was written.
    public let text: String
    private let segments: [Segment]

    /// Reads a template.
    ///
    /// - Throws: `IdentityTemplateError` when it is no template.
    public init(_ text: String) throws(IdentityTemplateError) {
        let prefix = "spiffe://{trust_domain}/"
        guard text.hasPrefix(prefix) else { throw .wrongBeginning }
        var segments: [Segment] = []
        for part in text.dropFirst(prefix.count).split(
            separator: "/", omittingEmptySubsequences: false)
        {
            segments.append(try Segment(String(part)))
        }
        guard segments.contains(.service) else { throw .noService }
        for placeholder in [Segment.service, .namespace, .datacenter] {
            guard segments.filter({ $0 == placeholder }).count <= 1 else { throw .repeated }
        }
        self.init(unchecked: text, segments: segments)
    }

    /// The service that an ID names, or nil when the ID has another form.
    public func serviceIdentity(of id: SPIFFEID) -> ServiceIdentity? {
        let parts = id.pathSegments
        guard parts.count == segments.count else { return nil }
        var identity = ServiceIdentity(
            trustDomain: id.trustDomain, namespace: "default", datacenter: "dc1", service: "")
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .literal(let text):
                guard text.utf8.elementsEqual(part.utf8) else { return nil }
            case .namespace: identity.namespace = String(part)
            case .datacenter: identity.datacenter = String(part)
            case .service: identity.service = String(part)
            }
        }
        return identity
    }

    /// The ID of a service.
    ///
    /// - Throws: `SPIFFEIDError` when a part can't stand in an ID.
    public func spiffeID(for identity: ServiceIdentity) throws(SPIFFEIDError) -> SPIFFEID {
        let parts = segments.map { segment in
            switch segment {
            case .literal(let text): text
            case .namespace: identity.namespace
            case .datacenter: identity.datacenter
            case .service: identity.service
            }
        }
        return try SPIFFEID(trustDomain: identity.trustDomain, segments: parts)
    }

    private init(unchecked text: String, segments: [Segment]) {
        self.text = text
        self.segments = segments
    }
}

/// Why a text is no identity template.
public enum IdentityTemplateError: Error, Equatable, Sendable {
    case wrongBeginning
    case badSegment(String)
    case noService
    case repeated

    /// A stable name for logs and metrics.
    public var code: String {
        switch self {
        case .wrongBeginning: "identity_template_wrong_beginning"
        case .badSegment: "identity_template_bad_segment"
        case .noService: "identity_template_no_service"
        case .repeated: "identity_template_repeated"
        }
    }
}

extension IdentityTemplate {
    private enum Segment: Hashable, Sendable {
        case literal(String)
        case namespace
        case datacenter
        case service

        init(_ text: String) throws(IdentityTemplateError) {
            switch text {
            case "{namespace}": self = .namespace
            case "{datacenter}": self = .datacenter
            case "{service}": self = .service
            case "", ".", "..": throw .badSegment(text)
            default:
                guard text.utf8.allSatisfy(SPIFFEID.isSegmentByte) else {
                    throw .badSegment(Quotation.cut(text))
                }
                self = .literal(text)
            }
        }
    }
}

extension IdentityTemplateError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .wrongBeginning: "the template does not begin with spiffe://{trust_domain}/"
        case .badSegment(let segment): "the template's segment \(quote(segment)) can't be"
        case .noService: "the template names no {service}"
        case .repeated: "the template names a placeholder twice"
        }
    }
}
