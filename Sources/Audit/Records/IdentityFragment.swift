import StrictJSON

/// Who acts, as written into each record.
public struct PrincipalFields: Sendable {
    /// The kind: service, user, key, operator or anonymous.
    public var kind: String
    /// The identifier within its kind.
    public var id: String
    /// How the principal proved itself.
    public var auth: String
    /// The roles that the policy gives it.
    public var roles: [String]

    /// Makes the fields.
    public init(kind: String, id: String, auth: String, roles: [String]) {
        self.kind = kind
        self.id = id
        self.auth = auth
        self.roles = roles
    }
}

/// Where a request comes from, as written into each record.
public struct ClientFields: Sendable {
    /// The peer's address.
    public var ip: String
    /// The peer's port.
    public var port: UInt16
    /// The TLS version, nil without TLS.
    public var tls: String?
    /// The serial number of the client certificate, if there was one.
    public var certificate: String?
    /// Whether the TLS session was resumed.
    public var resumed: Bool
    /// The user agent, if known.
    public var agent: String?

    /// Makes the fields.
    public init(
        ip: String, port: UInt16, tls: String? = nil, certificate: String? = nil,
        resumed: Bool = false, agent: String? = nil
    ) {
        self.ip = ip
        self.port = port
        self.tls = tls
        self.certificate = certificate
        self.resumed = resumed
        self.agent = agent
    }
}

/// The members `principal` and `client`, encoded once a connection and policy.
public struct IdentityFragment: Sendable {
    let bytes: [UInt8]

    /// The members as they stand in the record, with a comma before them.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Encodes the members.
    ///
    /// - Parameters:
    ///   - principal: Who acts.
    ///   - client: Where from; nil where the record is of many.
    ///   - person: Hides the principal's id, its address and its agent; nil where no person is behind it.
    ///   - hidesID: Whether the principal's own id is the person's: that of a key is not.
    public init(
        principal: PrincipalFields, client: ClientFields?, person: (any PersonalSeal)? = nil,
        hidesID: Bool = true
    ) {
        var out: [UInt8] = []
        out.append(#","principal":{"kind":"#)
        out.append(quoted: principal.kind)
        out.append(#","id":"#)
        Self.append(principal.id, "principal.id", hidesID ? person : nil, to: &out)
        out.append(#","auth":"#)
        out.append(quoted: principal.auth)
        out.append(#","roles":["#)
        for (index, role) in principal.roles.enumerated() {
            if index > 0 { out.append(",") }
            out.append(quoted: role)
        }
        out.append("]}")
        if let client { Self.append(client, person, to: &out) }
        bytes = out
    }

    private static func append(
        _ client: ClientFields, _ person: (any PersonalSeal)?, to out: inout [UInt8]
    ) {
        out.append(#","client":{"ip":"#)
        append(client.ip, "client.ip", person, to: &out)
        out.append(#","port":"#)
        out.append(decimal: UInt64(client.port))
        if let tls = client.tls {
            out.append(#","tls":"#)
            out.append(quoted: tls)
        }
        if let certificate = client.certificate {
            out.append(#","cert":"#)
            out.append(quoted: certificate)
        }
        out.append(client.resumed ? #","resumed":true"# : #","resumed":false"#)
        if let agent = client.agent {
            out.append(#","agent":"#)
            append(agent, "client.agent", person, to: &out)
        }
        out.append("}")
    }

    private static func append(
        _ text: String, _ member: String, _ person: (any PersonalSeal)?, to out: inout [UInt8]
    ) {
        guard let person else { return out.append(quoted: text) }
        SealedText(text, for: member, by: person).write(to: &out)
    }
}

/// The member `policy`, encoded once a policy.
public struct PolicyFragment: Sendable {
    let bytes: [UInt8]

    /// Encodes the digest of the policy in force.
    public init(digest: String) {
        var out: [UInt8] = []
        out.append(#","policy":"#)
        out.append(quoted: digest)
        bytes = out
    }
}
