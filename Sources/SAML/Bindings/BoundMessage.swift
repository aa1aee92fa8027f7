internal import XML

/// A message as a browser brought it: in a query (SAML Bindings section 3.4.4) or in a form (section 3.5.4).
public struct BoundMessage: Sendable {
    /// Whether it asks or answers.
    public let kind: MessageKind
    /// What came along and goes back with the answer.
    public let relayState: String?
    private let document: [UInt8]
    /// The signature beside it; nil for one of a form, which is signed within.
    private let detached: DetachedSignature?

    /// Takes a query apart as it was sent, since a signature is over that very text.
    ///
    /// - Throws: ``SAMLRefusal``.
    public init(query: [UInt8]) throws(SAMLRefusal) {
        let parts = QueryParts(query)
        kind = try parts.kind()
        if let encoding = try parts.value("SAMLEncoding"), encoding != SAMLNames.deflate {
            throw .algorithm("an encoding that is not taken")
        }
        relayState = try Self.bounded(try parts.value("RelayState"))
        guard let text = try parts.value(kind.rawValue), let packed = Base64Text.decode(text) else {
            throw .base64
        }
        document = try Inflater.bytes(packed, bytesMax: SAMLLimits.logoutBytesMax)
        detached = try DetachedSignature(parts, of: kind)
    }

    /// Takes what stood in a form.
    ///
    /// - Throws: ``SAMLRefusal``.
    public init(
        _ kind: MessageKind, inForm text: [UInt8], relayState: String?
    ) throws(SAMLRefusal) {
        self.kind = kind
        self.relayState = try Self.bounded(relayState)
        guard let document = SAMLForm.decode(text) else { throw .base64 }
        guard document.count <= SAMLLimits.logoutBytesMax else {
            throw .document(
                .tooLarge("the message is longer than \(SAMLLimits.logoutBytesMax) bytes"))
        }
        self.document = document
        detached = nil
    }

    /// The message, once its form was checked and its signature verified by one of these keys.
    ///
    /// One that is not signed is not believed, however it came; a signature within must be good even if there is one beside it.
    func verified(
        as local: String, keys: [SignatureKey]
    ) throws(SAMLRefusal) -> XMLElement {
        let root: XMLElement
        do throws(XMLFault) {
            root = try XMLReader.read(document)
        } catch {
            throw .document(error)
        }
        guard root.name == SAMLNames.message(local) else {
            throw .structure("the message is no \(local)")
        }
        try MessageStructure.check(root)
        let within = try EnvelopedSignature(of: root)
        try within?.verify(root, keys: keys)
        try detached?.verify(keys: keys)
        guard within != nil || detached != nil else {
            throw .signature("the message is not signed")
        }
        return root
    }

    /// It goes back in an address.
    private static func bounded(_ relayState: String?) throws(SAMLRefusal) -> String? {
        guard relayState?.utf8.count ?? 0 <= SAMLLimits.relayStateBytesMax else {
            throw .structure("a RelayState of more than \(SAMLLimits.relayStateBytesMax) bytes")
        }
        return relayState
    }
}

/// The parts of a query that a binding knows, undecoded; a name that is written otherwise is another one.
struct QueryParts {
    private let parts: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)]

    init(_ query: [UInt8]) {
        parts = query.split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return (name, pair.dropFirst(name.count + 1))
        }
    }

    /// The one value of a name as it was sent; nil where it is not there.
    func asSent(_ name: String) throws(SAMLRefusal) -> ArraySlice<UInt8>? {
        let found = parts.filter { $0.name.elementsEqual(name.utf8) }
        guard found.count <= 1 else { throw .structure("\(name) stands twice in the query") }
        return found.first?.value
    }

    func value(_ name: String) throws(SAMLRefusal) -> String? {
        guard let raw = try asSent(name) else { return nil }
        guard let text = RedirectBinding.plain(raw) else {
            throw .structure("\(name) is not escaped as it must be")
        }
        return text
    }

    func kind() throws(SAMLRefusal) -> MessageKind {
        let asks = try asSent(MessageKind.request.rawValue) != nil
        let answers = try asSent(MessageKind.response.rawValue) != nil
        guard asks != answers else {
            throw .structure("the query holds not one SAMLRequest or SAMLResponse")
        }
        return asks ? .request : .response
    }
}

/// A signature over the text of a query.
struct DetachedSignature {
    private let algorithm: SignatureAlgorithm
    private let value: [UInt8]
    private let signedBytes: [UInt8]

    /// Nil where there is none.
    ///
    /// - Throws: ``SAMLRefusal`` where it is of a method that is not taken, or half of it is missing.
    init?(_ parts: QueryParts, of kind: MessageKind) throws(SAMLRefusal) {
        let method = try parts.value("SigAlg")
        let signature = try parts.value("Signature")
        if method == nil, signature == nil { return nil }
        guard let method, let signature else {
            throw .signature("half of a signature is missing")
        }
        guard let algorithm = SignatureAlgorithm(rawValue: method) else {
            throw .algorithm("a signature method that is not taken")
        }
        guard let value = Base64Text.decode(signature), !value.isEmpty else {
            throw .structure("Signature is not base64")
        }
        self.algorithm = algorithm
        self.value = value
        var signed: [UInt8] = []
        for name in [kind.rawValue, "RelayState", "SigAlg"] {
            guard let raw = try parts.asSent(name) else { continue }
            signed += Array((signed.isEmpty ? "" : "&").utf8) + Array(name.utf8) + [0x3D] + raw
        }
        signedBytes = signed
    }

    func verify(keys: [SignatureKey]) throws(SAMLRefusal) {
        guard
            keys.prefix(SAMLLimits.keysMax).contains(where: {
                $0.isValid(value, over: signedBytes, by: algorithm)
            })
        else { throw .unknownKey }
    }
}
