internal import Auth
internal import Policy
internal import Text

/// Reads `auth.jwt`: a list of issuers, each a mapping; every fault with its place.
extension ConfigurationReader {
    mutating func readIssuers(_ value: DocumentNode, file: String) {
        let place = Self.place(value.mark, file)
        guard case .list(let items) = value.content else {
            faults.append("\(place): auth.jwt must be a list of issuers")
            return
        }
        for item in items {
            guard let issuer = readIssuer(item, file: file) else { continue }
            let others = configuration.tokenIssuers
            if others.contains(where: { $0.name.isExactly(issuer.name) }) {
                faults.append(
                    "\(Self.place(item.mark, file)): auth.jwt has two issuers named \(issuer.name)")
            } else if others.contains(where: { $0.issuer.isExactly(issuer.issuer) }) {
                faults.append(
                    "\(Self.place(item.mark, file)): auth.jwt has two issuers whose tokens"
                        + " say \(quote(issuer.issuer))")
            } else {
                configuration.tokenIssuers.append(issuer)
            }
        }
    }

    private mutating func readIssuer(_ node: DocumentNode, file: String) -> TokenIssuer? {
        let place = Self.place(node.mark, file)
        guard case .mapping(let members) = node.content else {
            faults.append("\(place): an issuer of auth.jwt must be a mapping, got \(node.kind)")
            return nil
        }
        let before = faults.count
        var issuer = TokenIssuer(name: "", issuer: "", audiences: [], keys: .file(""))
        for member in members {
            let mark = Self.place(member.mark, file)
            switch member.key {
            case "claims": readClaims(member.value, mark, file, &issuer)
            case "service": readService(member.value, mark, file, &issuer)
            default: read(member, mark, &issuer)
            }
        }
        let named = Set(members.map(\.key))
        for key in ["name", "issuer", "audiences"] where !named.contains(key) {
            faults.append("\(place): an issuer of auth.jwt needs \(key)")
        }
        if faults.count == before { readKeySource(members, place, &issuer) }
        return faults.count == before ? issuer : nil
    }

    /// Where the keys come from: a file, an address, or else what the issuer's metadata names.
    private mutating func readKeySource(
        _ members: [DocumentMember], _ place: String, _ issuer: inout TokenIssuer
    ) {
        func text(_ key: String) -> String? {
            members.first { $0.key.isExactly(key) }.flatMap { ConfigurationValue($0.value).text }
        }
        let allowsLoopback = text("loopback_http") == "true"
        let address = text("jwks_url") ?? issuer.issuer
        switch (text("jwks_file"), text("jwks_url")) {
        case (.some, .some):
            faults.append("\(place): an issuer of auth.jwt has jwks_file or jwks_url, not both")
        case (.some(let path), nil): issuer.keys = .file(path)
        case (nil, let named):
            guard let address = KeyAddress(address, allowsLoopbackHTTP: allowsLoopback),
                named != nil || address.metadata != nil
            else {
                faults.append(
                    named == nil
                        ? "\(place): an issuer of auth.jwt needs jwks_file or jwks_url where its"
                            + " name is no https address to ask for its metadata"
                        : "\(place): auth.jwt.jwks_url must be an https address")
                return
            }
            issuer.keys = named == nil ? .discovery(address) : .address(address)
        }
    }

    private mutating func read(
        _ member: DocumentMember, _ mark: String, _ issuer: inout TokenIssuer
    ) {
        guard let key = IssuerKey.all.first(where: { $0.name == member.key }) else {
            let known = IssuerKey.all.map(\.name) + ["claims", "service"]
            let hint = Suggestion.hint(for: member.key, among: known.sorted())
            faults.append(
                "\(mark): unknown key \(quote("auth.jwt.\(member.key)"))"
                    + (hint.map { ", \($0)" } ?? ""))
            return
        }
        let value = ConfigurationValue(member.value)
        if key.apply(&issuer, value) { return }
        let got = value.text.map { ", got \(quote($0))" } ?? ""
        faults.append("\(mark): auth.jwt.\(key.name) must be \(key.form)\(got)")
    }

    mutating func readClaims(
        _ node: DocumentNode, _ mark: String, _ file: String, _ issuer: inout TokenIssuer,
        of list: String = "auth.jwt"
    ) {
        guard case .mapping(let members) = node.content, !members.isEmpty else {
            faults.append("\(mark): \(list).claims must be a mapping of claims to patterns")
            return
        }
        for member in members {
            let value = ConfigurationValue(member.value)
            let patterns = value.list ?? value.text.map { [$0] } ?? []
            guard !patterns.isEmpty, IssuerKey.isClaim(member.key) else {
                faults.append(
                    "\(Self.place(member.mark, file)): \(list).claims.\(Quotation.cut(member.key))"
                        + " must be a pattern, or a list of patterns")
                continue
            }
            issuer.claims.append(
                BoundClaim(ClaimPath(member.key), patterns.map { ClaimGlob($0) }))
        }
    }

    private mutating func readService(
        _ node: DocumentNode, _ mark: String, _ file: String, _ issuer: inout TokenIssuer
    ) {
        var claims: [String: String] = [:]
        if case .mapping(let members) = node.content {
            for member in members {
                claims[member.key] = ConfigurationValue(member.value).text ?? ""
            }
        }
        guard let name = claims["name"], claims.values.allSatisfy(IssuerKey.isClaim),
            Set(claims.keys).isSubset(of: ["name", "namespace"])
        else {
            faults.append(
                "\(mark): auth.jwt.service must be { name: CLAIM } or"
                    + " { name: CLAIM, namespace: CLAIM }")
            return
        }
        issuer.mapping.service = ServiceMapping(
            name: ClaimPath(name), namespace: claims["namespace"].map { ClaimPath($0) })
    }

    static func place(_ mark: Mark, _ file: String) -> String {
        "\(file):\(mark.line):\(mark.column)"
    }
}
