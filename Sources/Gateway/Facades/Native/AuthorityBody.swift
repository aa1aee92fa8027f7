internal import NIOCore
internal import PKI
internal import StrictJSON
internal import Text

/// Reads what a step of our authorities is to be done to; each fault says where it is.
struct AuthorityBody {
    private let value: JSONValue

    /// No body is an empty one.
    init(_ body: ByteBuffer?) throws(Problem) {
        value = (body?.readableBytes ?? 0) > 0 ? try jsonBody(body) : .object([])
    }

    /// `{kind?, crossSign?}`.
    func preparation() throws(Problem) -> AuthorityStep {
        try value.check("$", members: ["kind", "crossSign"])
        let crossSign = try flag("crossSign")
        return try kind(besides: crossSign) == .root
            ? .prepareRoot(crossSign: crossSign ?? false) : .prepare
    }

    /// `{kind?, force?}`.
    func activation() throws(Problem) -> AuthorityStep {
        try value.check("$", members: ["kind", "force"])
        let force = try flag("force")
        return try kind(besides: force) == .root
            ? .activateRoot(force: force ?? false) : .activate
    }

    /// `{certificate}`.
    func certificate() throws(Problem) -> [UInt8] {
        try value.check("$", members: ["certificate"])
        guard let text = value["certificate"]?.string,
            (1...PKILimits.certificateBytesMax * 2).contains(text.utf8.count)
        else {
            throw .malformed(
                "$.certificate: expected PEM of at most \(PKILimits.certificateBytesMax * 2) bytes")
        }
        return Array(text.utf8)
    }

    /// `{crl}`.
    func list() throws(Problem) -> [UInt8] {
        try value.check("$", members: ["crl"])
        guard let text = value["crl"]?.string,
            (1...PKILimits.installedListBytesMax * 2).contains(text.utf8.count)
        else {
            throw .malformed(
                "$.crl: expected PEM of at most \(PKILimits.installedListBytesMax * 2) bytes")
        }
        return Array(text.utf8)
    }

    /// `{authority}`.
    func authority() throws(Problem) -> String {
        try value.check("$", members: ["authority"])
        guard let text = value["authority"]?.string else {
            throw .malformed("$.authority: expected a key identifier, as GET /ca lists them")
        }
        return try Self.keyID(text, "$.authority")
    }

    /// A key identifier as it is written everywhere.
    static func keyID(_ text: String, _ place: String) throws(Problem) -> String {
        guard (1...PKILimits.keyIdentifierBytesMax * 2).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else {
            throw .impossible(
                "\(place): \(quote(text)) is no key identifier in lower-case hexadecimal")
        }
        return text
    }

    /// Of an intermediate unless said otherwise; the flags are about roots.
    private func kind(besides flag: Bool?) throws(Problem) -> AuthorityKind {
        guard let member = value["kind"], member != .null else {
            guard flag == nil else {
                throw .malformed("$: crossSign and force are about a root; say so by kind")
            }
            return .intermediate
        }
        guard let text = member.string, let kind = AuthorityKind(rawValue: text) else {
            throw .malformed("$.kind: expected root or intermediate")
        }
        guard kind == .root || flag == nil else {
            throw .malformed("$: crossSign and force are about a root, not an intermediate")
        }
        return kind
    }

    private func flag(_ name: String) throws(Problem) -> Bool? {
        switch value[name] {
        case nil, .null?: nil
        case .bool(let flag)?: flag
        case .some(let other):
            throw .malformed("$.\(name): expected true or false, got \(other.kind)")
        }
    }
}
