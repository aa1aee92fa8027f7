// How what is stored is read again; it is written as `Encodable` has it, by the members' own names.

extension Session: StoredValue {
    init(_ stored: StoredObject) throws(OtherForm) {
        id = try stored.text("id")
        holder = try CredentialHolder(stored.object("holder"))
        roles = try stored.texts("roles")
        proof = try SessionProof(stored.object("proof"))
        createdSequence = try stored.sequence("createdSequence")
        createdNanoseconds = try stored.integer("createdNanoseconds")
        endsNanoseconds = try stored.integer("endsNanoseconds")
    }
}

extension SessionProof {
    init(_ stored: StoredObject) throws(OtherForm) {
        guard let method = try Method(rawValue: stored.text("method")) else {
            throw OtherForm()
        }
        self.init(
            method: method, provider: try stored.text(ifAny: "provider"),
            issuer: try stored.text(ifAny: "issuer"), tokenID: try stored.text(ifAny: "tokenID"),
            issuedSeconds: try stored.integer(ifAny: "issuedSeconds"),
            serial: try stored.text(ifAny: "serial"),
            authorities: try stored.texts(ifAny: "authorities"),
            boundTo: try stored.bytes(ifAny: "boundTo"),
            subject: try stored.text(ifAny: "subject"),
            providerSession: try stored.text(ifAny: "providerSession"))
    }
}

extension CredentialHolder {
    init(_ stored: StoredObject) throws(OtherForm) {
        kind = try stored.text("kind")
        id = try stored.text("id")
        authentication = try stored.text("authentication")
        spiffeID = try stored.text(ifAny: "spiffeID")
        ldapGroups = try stored.texts("ldapGroups")
        samlGroups = try stored.texts("samlGroups")
        claims = try stored.textLists("claims")
        membership = try stored.object(ifAny: "membership").map { member throws(OtherForm) in
            StoredMembership(
                provider: try member.text("provider"), groups: try member.texts("groups"))
        }
    }
}

extension APIKey: StoredValue {
    init(_ stored: StoredObject) throws(OtherForm) {
        id = try stored.text("id")
        name = try stored.text("name")
        owner = try CredentialHolder(stored.object("owner"))
        scopes = try stored.texts("scopes")
        ranges = try stored.texts("ranges")
        spiffeID = try stored.text(ifAny: "spiffeID")
        perMinute = try stored.integer(ifAny: "perMinute").map { Int(clamping: $0) }
        perHour = try stored.integer(ifAny: "perHour").map { Int(clamping: $0) }
        createdSequence = try stored.sequence("createdSequence")
        createdNanoseconds = try stored.integer("createdNanoseconds")
        startsNanoseconds = try stored.integer("startsNanoseconds")
        endsNanoseconds = try stored.integer("endsNanoseconds")
        rotatedSequence = try stored.integer(ifAny: "rotatedSequence").map {
            UInt64(clamping: $0)
        }
        rotatedNanoseconds = try stored.integer(ifAny: "rotatedNanoseconds")
        revokedNanoseconds = try stored.integer(ifAny: "revokedNanoseconds")
        secrets = try stored.objects("secrets").map { secret throws(OtherForm) in
            Secret(
                hash: try secret.bytes("hash"),
                endsNanoseconds: try secret.integer(ifAny: "endsNanoseconds"))
        }
    }
}
