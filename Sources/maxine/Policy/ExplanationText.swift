import StrictJSON

/// An explanation for people, from its JSON form: the same whether it came from the gateway or from a file.
enum ExplanationText {
    static func text(_ value: JSONValue) -> String {
        var lines = [
            "\(value["principal"]?.string ?? "?")  \(value["action"]?.string ?? "?")"
                + (value["resource"]?.string.map { "  \($0)" } ?? ""),
            "policy \(value["policy"]?["name"]?.string ?? "?")"
                + "  \(value["policy"]?["digest"]?.string ?? "?")",
            "",
            "\((value["decision"]?.string ?? "?").uppercased())  \(value["why"]?.string ?? "")",
        ]
        if let recorded = value["recorded"]?.string {
            let isSame = value["reproduced"] == .bool(true)
            lines.append("recorded: \(recorded)" + (isSame ? "" : "  (NOT what the policy says)"))
        }
        if let shadow = value["shadow"] {
            lines.append(
                "with the shadow rules: \(shadow["decision"]?.string ?? "?")"
                    + (shadow["rule"]?.string.map { ", rule \($0)" } ?? ""))
        }
        let roles = elements(value["roles"]).map {
            "\($0["role"]?.string ?? "?") (\($0["source"]?.string ?? "?"))"
        }
        lines += ["", "roles: \(roles.isEmpty ? "none" : roles.joined(separator: ", "))"]
        for gate in elements(value["gates"]) {
            lines.append(
                "gate \(gate["gate"]?.string ?? "?"): \(gate["verdict"]?.string ?? "?"),"
                    + " \(gate["note"]?.string ?? "")")
            for rule in elements(gate["rules"]) {
                let mark =
                    rule["decisive"] == .bool(true)
                    ? "->" : rule["shadow"] == .bool(true) ? "~ " : "  "
                lines.append(
                    "  \(mark) \(rule["effect"]?.string ?? "?") \(rule["rule"]?.string ?? "?")"
                        + "  \(rule["standing"]?.string ?? "?")  \(rule["place"]?.string ?? "?")")
            }
        }
        return lines.joined(separator: "\n")
    }
}

extension JSONMember {
    /// A member that is a number.
    static func count(_ name: String, _ value: some BinaryInteger) -> JSONMember {
        let parsed = try? StrictJSON.parse(Array(String(value).utf8))
        return JSONMember(name: name, value: parsed ?? .null)
    }

    /// A member that is a truth value.
    static func flag(_ name: String, _ value: Bool) -> JSONMember {
        JSONMember(name: name, value: .bool(value))
    }

    /// A member that is a list of texts.
    static func list(_ name: String, _ texts: [String]) -> JSONMember {
        JSONMember(name: name, value: .array(texts.map { .string($0) }))
    }
}
