extension PolicyReader {
    private static let whenKeys = [
        "source_ip", "time", "auth_strength", "auth_method", "cert_age",
    ]

    mutating func whenClause(_ node: DocumentNode) -> WhenClause {
        var clause = WhenClause()
        guard let fields = fields(node, of: "when", known: Self.whenKeys) else { return clause }
        if fields.members.isEmpty, !fields.hasUnknown {
            report(
                .invalidValue, node.mark, "when is empty",
                hint: "its keys are \(Self.whenKeys.joined(separator: ", "))")
        }
        clause.sourceIP = sourceIP(fields["source_ip"])
        clause.time = fields["time"].flatMap { timeWindow($0) }
        clause.strength = fields["auth_strength"].flatMap { strengthBound($0) }
        clause.methods = authenticationMethods(fields["auth_method"])
        clause.certificateAge = fields["cert_age"].flatMap { ageBound($0) }
        return clause
    }

    private mutating func sourceIP(_ node: DocumentNode?) -> [CIDR] {
        var blocks: [CIDR] = []
        for item in nonEmptyList(node, of: "the list of addresses") ?? [] {
            guard let text = literal(item, of: "an address block") else { continue }
            if let group = group(text, item.mark) {
                blocks += members(of: group, \.cidr, "address blocks", text, item.mark)
            } else if !isGroup(text), let block = block(text, item.mark) {
                count(1, item.mark)
                blocks.append(block)
            }
        }
        return blocks
    }

    mutating func block(_ text: String, _ mark: Mark) -> CIDR? {
        do throws(CIDRError) {
            return try CIDR(parsing: text)
        } catch {
            switch error {
            case .bitsBehindPrefix(let suggestion):
                report(
                    .invalidValue, mark, "\(Quotation.quote(text)) sets bits behind its prefix",
                    hint: "did you mean '\(suggestion)'?")
            case .malformed:
                report(
                    .invalidValue, mark, "\(Quotation.quote(text)) is not an address block",
                    hint: "such as 10.0.0.0/8 or 2001:db8::/32")
            }
            return nil
        }
    }

    /// `">=mfa"` or `"<mfa"`.
    private mutating func strengthBound(_ node: DocumentNode) -> Bound<AuthenticationStrength>? {
        guard let (isAtLeast, rest, text) = comparison(node, of: "a strength") else { return nil }
        let levels = AuthenticationStrength.allCases
        if let level = levels.first(where: { isSameName($0.name, rest) }) {
            return Bound(isAtLeast: isAtLeast, limit: level)
        }
        let names = levels.map(\.name)
        report(
            .invalidValue, node.mark, "\(Quotation.quote(text)) is not a strength",
            hint: Suggestion.hint(for: rest, among: names)
                ?? "the levels are \(names.joined(separator: " < "))")
        return nil
    }

    private mutating func authenticationMethods(
        _ node: DocumentNode?
    ) -> [Principal.Authentication] {
        var methods: [Principal.Authentication] = []
        let known = Principal.Authentication.allCases.filter { $0 != .none }
        for item in nonEmptyList(node, of: "the list of methods") ?? [] {
            let method = word(
                item, of: "a way to authenticate", among: known.map { ($0.rawValue, $0) })
            if let method { methods.append(method) }
        }
        return methods
    }

    /// `"<24h"` or `">=10m"`, in nanoseconds.
    private mutating func ageBound(_ node: DocumentNode) -> Bound<Int64>? {
        guard let (isAtLeast, rest, text) = comparison(node, of: "an age") else { return nil }
        if let age = PolicyDuration.nanoseconds(rest) {
            return Bound(isAtLeast: isAtLeast, limit: age)
        }
        report(
            .invalidValue, node.mark, "\(Quotation.quote(text)) is not an age",
            hint: "such as \"<24h\" or \">=10m\"; the units are s, m, h, d")
        return nil
    }

    /// What stands behind `>=` or `<`.
    private mutating func comparison(
        _ node: DocumentNode, of what: String
    ) -> (isAtLeast: Bool, rest: String, text: String)? {
        guard let text = text(node, of: what, bytesMax: PolicyLimits.nameBytesMax) else {
            return nil
        }
        if text.hasPrefix(">=") { return (true, String(text.dropFirst(2)), text) }
        if text.hasPrefix("<"), !text.hasPrefix("<=") {
            return (false, String(text.dropFirst()), text)
        }
        report(
            .invalidValue, node.mark,
            "\(what) is compared with >= or <, not as in "
                + Quotation.quote(text),
            hint: "such as \">=\(what == "an age" ? "10m" : "mfa")\"")
        return nil
    }
}

/// Durations as policies write them: a number and one of `s`, `m`, `h`, `d`.
enum PolicyDuration {
    static func nanoseconds(_ text: String) -> Int64? {
        let units: [UInt8: Int64] = [
            UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3_600,
            UInt8(ascii: "d"): 86_400,
        ]
        let bytes = Array(text.utf8)
        guard let unit = bytes.last.flatMap({ units[$0] }), (2...6).contains(bytes.count) else {
            return nil
        }
        var value: Int64 = 0
        for digit in bytes.dropLast() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return value * unit * 1_000_000_000
    }
}
