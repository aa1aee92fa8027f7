internal import Policy

extension PolicySuggestion {
    /// The suggestion as a policy file.
    public func yaml(name: String = "suggested") -> String {
        var text = "maxine_policy: 1\nname: \(name)\n"
        text += "# From \(requests) allowed requests"
        text += range.map { " in records \($0.lowerBound) to \($0.upperBound)" } ?? ""
        text += ". Read it, then set it beside your bindings, roles and denies.\n"
        for rule in unusedRules { text += "# not used in this range: rule \(rule)\n" }
        if !acl.isEmpty {
            text += "acl:\n"
            for (index, use) in acl.enumerated() {
                text += comment(on: use)
                text +=
                    "  - { id: seen-acl-\(index + 1), effect: allow, subjects: [\(Self.quoted(use.source))],"
                    + " actions: [\(names(use))],\n      resources: \(resources(use)) }\n"
            }
        }
        if !intentions.isEmpty {
            text += "intentions:\n"
            for (index, use) in intentions.enumerated() {
                text += comment(on: use)
                text +=
                    "  - { id: seen-\(index + 1), effect: allow, from: [\(service(use.source))],"
                    + " to: [\(service(use.target))],\n      permit: [\(words(use))] }\n"
            }
        }
        return text
    }

    private func comment(on use: Use) -> String {
        "  # \(use.count) requests, the last is record \(use.last)\n"
    }

    private func names(_ use: Use) -> String {
        use.actions.map(\.name).sorted().joined(separator: ", ")
    }

    private func words(_ use: Use) -> String {
        Set(use.actions.map(\.verb)).sorted().joined(separator: ", ")
    }

    private func service(_ name: String) -> String {
        guard name != "*" else { return "{ service: \"*\" }" }
        let (namespace, service) = Self.parts(name)
        return "{ service: \(Self.quoted(service)), namespace: \(Self.quoted(namespace)) }"
    }

    private func resources(_ use: Use) -> String {
        guard use.target != "*" else { return "{ services: [\"*\"] }" }
        let (namespace, service) = Self.parts(use.target)
        return "{ services: [\(Self.quoted(service))], namespaces: [\(Self.quoted(namespace))] }"
    }

    private static func parts(_ name: String) -> (namespace: String, service: String) {
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : ("default", name)
    }

    /// Names hold no quotes; what could still mislead a reader of YAML is quoted.
    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { out += "\\" }
            out.unicodeScalars.append(scalar)
        }
        return out + "\""
    }
}
