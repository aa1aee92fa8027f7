internal import XML

/// The signature that an element envelops, taken apart: in the one form that SAML has (SAML Core section 5.4), and in no other.
///
/// One reference, to the element by its ID; the enveloped-signature transform, then exclusive canonicalisation. What a message says about
/// keys is not looked at.
struct EnvelopedSignature {
    /// Where it stands among the element's children.
    let place: Int
    private let algorithm: SignatureAlgorithm
    private let value: [UInt8]
    private let signedBytes: [UInt8]
    private let reference: Reference

    private struct Reference {
        let id: String
        let inclusive: [String]
        let digest: DigestAlgorithm
        let value: [UInt8]
    }

    /// The signature of an element; nil where it has none.
    ///
    /// - Throws: ``SAMLRefusal`` where there are two, or it has another form.
    init?(of element: XMLElement) throws(SAMLRefusal) {
        var found: (place: Int, element: XMLElement)?
        for (place, child) in element.children.enumerated() {
            guard case .element(let child) = child, child.name == SAMLNames.signature("Signature")
            else { continue }
            guard found == nil else { throw .structure("an element has two signatures") }
            found = (place, child)
        }
        guard let found else { return nil }
        place = found.place
        let parts = try found.element.parts("Signature")
        let names = parts.map(\.name)
        let needed = [SAMLNames.signature("SignedInfo"), SAMLNames.signature("SignatureValue")]
        guard names == needed || names == needed + [SAMLNames.signature("KeyInfo")] else {
            throw .structure("a signature has other parts than SignedInfo, SignatureValue, KeyInfo")
        }
        value = try parts[1].bytes("SignatureValue")
        let info = try parts[0].parts("SignedInfo")
        guard
            info.map(\.name)
                == ["CanonicalizationMethod", "SignatureMethod", "Reference"].map(
                    SAMLNames.signature)
        else { throw .structure("SignedInfo has other parts than it may, or not one Reference") }
        let inclusive = try info[0].exclusivePrefixes()
        algorithm = try Self.algorithm(info[1])
        reference = try Self.reference(info[2])
        signedBytes = ExclusiveCanonicalForm.bytes(of: parts[0], inclusive: inclusive)
    }

    /// Checks it: over this element, by one of these keys.
    ///
    /// - Throws: ``SAMLRefusal/signature(_:)``.
    func verify(_ element: XMLElement, keys: [SignatureKey]) throws(SAMLRefusal) {
        guard let id = element.attribute("ID"), !id.isEmpty, id == reference.id else {
            throw .signature("the signature is over another element than the one it stands in")
        }
        let form = ExclusiveCanonicalForm.bytes(
            of: element, omittingChild: place, inclusive: reference.inclusive)
        guard reference.digest.digest(of: form) == reference.value else {
            throw .signature("the element is not the one that was signed")
        }
        guard
            keys.prefix(SAMLLimits.keysMax).contains(where: {
                $0.isValid(value, over: signedBytes, by: algorithm)
            })
        else { throw .unknownKey }
    }

    private static func algorithm(
        _ method: XMLElement
    ) throws(SAMLRefusal) -> SignatureAlgorithm {
        guard try method.parts("SignatureMethod").isEmpty else {
            throw .structure("SignatureMethod has parameters")
        }
        guard let algorithm = SignatureAlgorithm(rawValue: method.attribute("Algorithm") ?? "")
        else { throw .algorithm("a signature method that is not taken") }
        return algorithm
    }

    private static func reference(_ element: XMLElement) throws(SAMLRefusal) -> Reference {
        guard let uri = element.attribute("URI"), uri.hasPrefix("#"), uri.utf8.count > 1 else {
            throw .signature("the Reference names no element by its ID")
        }
        let parts = try element.parts("Reference")
        guard
            parts.map(\.name)
                == ["Transforms", "DigestMethod", "DigestValue"].map(SAMLNames.signature)
        else { throw .structure("Reference has other parts than it may") }
        let transforms = try parts[0].parts("Transforms")
        guard transforms.count == 2,
            transforms.allSatisfy({ $0.name == SAMLNames.signature("Transform") }),
            transforms[0].attribute("Algorithm") == SAMLNames.enveloped,
            try transforms[0].parts("Transform").isEmpty
        else {
            throw .algorithm("the transforms are not enveloped-signature and exclusive c14n")
        }
        guard try parts[1].parts("DigestMethod").isEmpty,
            let digest = DigestAlgorithm(rawValue: parts[1].attribute("Algorithm") ?? "")
        else { throw .algorithm("a digest method that is not taken") }
        return Reference(
            id: String(uri.dropFirst()), inclusive: try transforms[1].exclusivePrefixes(),
            digest: digest, value: try parts[2].bytes("DigestValue"))
    }
}

extension XMLElement {
    /// The elements in it; between them there is white space and nothing else.
    fileprivate func parts(_ what: String) throws(SAMLRefusal) -> [XMLElement] {
        for child in children {
            if case .text(let text) = child, !text.isXMLSpace {
                throw .structure("text stands between the parts of \(what)")
            }
        }
        return elements
    }

    /// What its text says in base64.
    fileprivate func bytes(_ what: String) throws(SAMLRefusal) -> [UInt8] {
        guard let text, let bytes = Base64Text.decode(text), !bytes.isEmpty else {
            throw .structure("\(what) is not base64")
        }
        return bytes
    }

    /// The prefixes of `InclusiveNamespaces`; the element must name exclusive canonicalisation.
    fileprivate func exclusivePrefixes() throws(SAMLRefusal) -> [String] {
        guard attribute("Algorithm") == SAMLNames.exclusive else {
            throw .algorithm("a canonicalisation that is not taken")
        }
        let parts = try parts("an exclusive canonicalisation")
        guard let list = parts.first else { return [] }
        guard parts.count == 1, list.name == SAMLNames.inclusiveNamespaces, list.children.isEmpty
        else { throw .structure("an exclusive canonicalisation has other parts than it may") }
        let prefixes = (list.attribute("PrefixList") ?? "").split { $0.isWhitespace }.map {
            $0 == "#default" ? "" : String($0)
        }
        guard prefixes.count <= SAMLLimits.prefixesMax else {
            throw .structure("a PrefixList of more than \(SAMLLimits.prefixesMax) prefixes")
        }
        return prefixes
    }
}

extension String {
    /// Whether it is nothing but white space (XML 1.0 section 2.3).
    var isXMLSpace: Bool {
        utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }
}
