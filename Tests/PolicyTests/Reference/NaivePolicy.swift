@testable import Policy

/// A policy as plain strings: written out as YAML for the loader, and read as it stands by `NaiveEvaluator`.
struct NaivePolicy {
    struct Role {
        var name: String
        var actions: [String]
    }

    struct Binding {
        var role: String
        /// Such as `("user", "alice")`, `("spiffe", "spiffe://...")` or `("anonymous", "")`.
        var subjects: [(kind: String, value: String)]
    }

    struct Rule {
        var id: String
        var isIntention: Bool
        var isDeny: Bool
        var subjects: [String]?
        var from: [(service: String, namespace: String?)] = []
        var to: [(service: String, namespace: String?)] = []
        /// Actions of an ACL entry, words of an intention; nil for all.
        var what: [String]?
        var hasResources = false
        var services: [String]?
        var namespaces: [String]?
        var tagsAny: [String]?
        var tagsAll: [String]?
        var sourceIP: [String]?
        var except: [String] = []
    }

    var roles: [Role] = []
    var bindings: [Binding] = []
    var rules: [Rule] = []
}

extension NaivePolicy {
    /// The policy as a file.
    var yaml: String {
        var text = "maxine_policy: 1\nname: random\n"
        if !roles.isEmpty {
            text += "roles:\n"
            for role in roles {
                text += "  \(role.name): { actions: \(list(role.actions)) }\n"
            }
        }
        text += "bindings:\n"
        for binding in bindings {
            let subjects = binding.subjects.map { subject in
                switch subject.kind {
                case "anonymous": return "{ anonymous: true }"
                case "oidc":
                    let parts = subject.value.split(separator: "|")
                    return
                        "{ oidc: { issuer: \"\(parts[0])\", claim: \"\(parts[1])\", value: \(parts[2]) } }"
                default: return "{ \(subject.kind): \"\(subject.value)\" }"
                }
            }
            text +=
                "  - { role: \(binding.role), subjects: [\(subjects.joined(separator: ", "))] }\n"
        }
        for (key, isIntention) in [("acl", false), ("intentions", true)] {
            let own = rules.filter { $0.isIntention == isIntention }
            if own.isEmpty { continue }
            text += "\(key):\n" + own.map { "  - \(line($0))\n" }.joined()
        }
        return text
    }

    private func line(_ rule: Rule) -> String {
        var parts = ["id: \(rule.id)", "effect: \(rule.isDeny ? "deny" : "allow")"]
        if rule.isIntention {
            parts.append("from: [\(rule.from.map(entry).joined(separator: ", "))]")
            parts.append("to: [\(rule.to.map(entry).joined(separator: ", "))]")
            if let words = rule.what { parts.append("permit: \(list(words))") }
        } else {
            if let subjects = rule.subjects { parts.append("subjects: \(list(subjects))") }
            if let actions = rule.what { parts.append("actions: \(list(actions))") }
            if rule.hasResources { parts.append("resources: { \(resources(rule)) }") }
            if let blocks = rule.sourceIP {
                parts.append("when: { source_ip: \(list(blocks)) }")
            }
        }
        if !rule.except.isEmpty { parts.append("except: \(list(rule.except))") }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    private func resources(_ rule: Rule) -> String {
        var parts: [String] = []
        if let services = rule.services { parts.append("services: \(list(services))") }
        if let namespaces = rule.namespaces { parts.append("namespaces: \(list(namespaces))") }
        var tags: [String] = []
        if let any = rule.tagsAny { tags.append("any: \(list(any))") }
        if let all = rule.tagsAll { tags.append("all: \(list(all))") }
        if !tags.isEmpty { parts.append("tags: { \(tags.joined(separator: ", ")) }") }
        return parts.joined(separator: ", ")
    }

    private func entry(_ entry: (service: String, namespace: String?)) -> String {
        let namespace = entry.namespace.map { ", namespace: \"\($0)\"" } ?? ""
        return "{ service: \"\(entry.service)\"\(namespace) }"
    }

    private func list(_ items: [String]) -> String {
        "[\(items.map { "\"\($0)\"" }.joined(separator: ", "))]"
    }
}
