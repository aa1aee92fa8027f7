internal import Auth
internal import Policy

/// Reads `auth.jwt`: a list of issuers, each a mapping; every fault with its place.
extension ConfigurationReader {
    mutating func readIssuers(_ value: DocumentNode, file: String) {
        let place = "\(file):\(value.mark.line):\(value.mark.column)"
        guard case .list(let items) = value.content else {
            faults.append("\(place): auth.jwt must be a list of issuers")
            return
        }
        for item in items {
            if let issuer = readIssuer(item, file: file) {
                configuration.tokenIssuers.append(issuer)
            }
        }
        let issuers = configuration.tokenIssuers
        if Set(issuers.map(\.name)).count < issuers.count
            || Set(issuers.map(\.issuer)).count < issuers.count
        {
            faults.append("\(place): auth.jwt has two issuers of one name")
        }
    }

    private mutating func readIssuer(_ node: DocumentNode, file: String) -> TokenIssuer? {
        let place = "\(file):\(node.mark.line):\(node.mark.column)"
        guard case .mapping(let members) = node.content else {
            faults.append("\(place): an issuer of auth.jwt must be a mapping")
            return nil
        }
        var issuer = TokenIssuer(name: "", issuer: "", audiences: [], keys: .file(""))
        var file_: String?
        var url: String?
        var authorities: String?
        let before = faults.count
        for member in members {
            let value = ConfigurationValue(member.value)
            let mark = "\(file):\(member.mark.line):\(member.mark.column)"
            switch member.key {
            case "jwks_file": file_ = value.text
            case "jwks_url":
                if let text = value.text, text.hasPrefix("https://"), text.utf8.count <= 2048 {
                    url = text
                } else {
                    faults.append("\(mark): auth.jwt.jwks_url must be an https address")
                }
            case "jwks_ca": authorities = value.text
            case "bound_claims": readBounds(member.value, mark, &issuer)
            default:
                guard let form = IssuerKey.all[member.key] else {
                    let hint = Suggestion.hint(
                        for: member.key, among: (IssuerKey.names).sorted())
                    faults.append(
                        "\(mark): unknown key \(quote("auth.jwt.\(member.key)"))"
                            + (hint.map { ", \($0)" } ?? ""))
                    continue
                }
                if !form.apply(&issuer, value) {
                    faults.append("\(mark): auth.jwt.\(member.key) must be \(form.form)")
                }
            }
        }
        if issuer.name.isEmpty { faults.append("\(place): auth.jwt: an issuer needs a name") }
        if issuer.issuer.isEmpty { faults.append("\(place): auth.jwt: an issuer needs its issuer") }
        if issuer.audiences.isEmpty {
            faults.append("\(place): auth.jwt: an issuer needs audiences")
        }
        switch (file_, url) {
        case (let path?, nil): issuer.keys = .file(path)
        case (nil, let url?): issuer.keys = .url(url, authorities: authorities)
        default: faults.append("\(place): auth.jwt: an issuer needs jwks_file or jwks_url")
        }
        return faults.count == before ? issuer : nil
    }

    private mutating func readBounds(
        _ node: DocumentNode, _ mark: String, _ issuer: inout TokenIssuer
    ) {
        guard case .mapping(let members) = node.content else {
            faults.append("\(mark): auth.jwt.bound_claims must be a mapping of claims")
            return
        }
        for member in members {
            let value = ConfigurationValue(member.value)
            let patterns = value.list ?? value.text.map { [$0] } ?? []
            if patterns.isEmpty {
                faults.append("\(mark): auth.jwt.bound_claims.\(member.key) needs a pattern")
            }
            issuer.boundClaims[member.key] = patterns
        }
    }
}

/// One key of an issuer: its form, and where its value goes.
struct IssuerKey: Sendable {
    let form: String
    let apply: @Sendable (inout TokenIssuer, ConfigurationValue) -> Bool

    static let names =
        Array(all.keys) + ["jwks_file", "jwks_url", "jwks_ca", "bound_claims"]

    static let all: [String: IssuerKey] = [
        "name": IssuerKey(form: "1 to 63 of a-z, 0-9 and '-'") { issuer, value in
            guard let text = value.text, (1...63).contains(text.utf8.count),
                text.utf8.allSatisfy({
                    (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
                })
            else { return false }
            issuer.name = text
            return true
        },
        "issuer": IssuerKey(form: "the text of the iss claim") { issuer, value in
            guard let text = value.text, (1...1024).contains(text.utf8.count) else { return false }
            issuer.issuer = text
            return true
        },
        "audiences": IssuerKey(form: "a list of audiences") { issuer, value in
            guard let list = value.list, !list.isEmpty else { return false }
            issuer.audiences = list
            return true
        },
        "algorithms": IssuerKey(
            form: "a list of ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512, EdDSA"
        ) { issuer, value in
            let named = (value.list ?? []).map { JWSAlgorithm(rawValue: $0) }
            guard !named.isEmpty, !named.contains(nil) else { return false }
            issuer.algorithms = Set(named.compactMap { $0 })
            return issuer.algorithms.isSubset(of: JWSAlgorithm.asymmetric)
        },
        "types": IssuerKey(form: "a list of types, as at+jwt") { issuer, value in
            guard let list = value.list, !list.isEmpty else { return false }
            issuer.types = Set(list.map { $0.lowercased() })
            return true
        },
        "skew": IssuerKey(form: "a duration from 0s to 10m, as 60s") { issuer, value in
            guard let seconds = value.seconds, (0...600).contains(seconds) else { return false }
            issuer.skewSeconds = Int64(seconds)
            return true
        },
        "max_age": IssuerKey(form: "a duration from 1s to 365d, as 1h") { issuer, value in
            guard let seconds = value.seconds, (1...31_536_000).contains(seconds) else {
                return false
            }
            issuer.maxAgeSeconds = Int64(seconds)
            return true
        },
        "user_claim": IssuerKey(form: "a claim's name") { issuer, value in
            guard let text = value.text, !text.isEmpty else { return false }
            issuer.userClaim = text
            return true
        },
        "groups_claim": IssuerKey(form: "a claim's name") { issuer, value in
            guard let text = value.text, !text.isEmpty else { return false }
            issuer.groupsClaim = text
            return true
        },
        "bound_subject": IssuerKey(form: "a pattern, as repo:org/*") { issuer, value in
            guard let text = value.text, !text.isEmpty else { return false }
            issuer.boundSubject = text
            return true
        },
        "authorized_parties": IssuerKey(form: "a list of client ids") { issuer, value in
            guard let list = value.list, !list.isEmpty else { return false }
            issuer.authorizedParties = list
            return true
        },
        "require_binding": IssuerKey(form: "true or false") { issuer, value in
            guard let text = value.text, text == "true" || text == "false" else { return false }
            issuer.requiresBinding = text == "true"
            return true
        },
    ]
}
