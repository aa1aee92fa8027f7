import Foundation

@testable import Policy

/// A policy as plain strings: written out as YAML for the loader, and read as it stands by `NaiveEvaluator`.
struct NaivePolicy {
    struct Role {
        var name: String
        var actions: [String]
    }

    struct Binding {
        var role: String
        /// Such as `("user", "alice")` or `("spiffe", "spiffe://...")`.
        var subjects: [(kind: String, value: String)]
    }

    struct Rule {
        var id: String
        var isIntention: Bool
        var isDeny: Bool
        var subjects: [String]?
        var sources: [(service: String, namespace: String?)] = []
        var to: [(service: String, namespace: String?)] = []
        /// Actions of an ACL entry, words of an intention; nil for all.
        var what: [String]?
        var hasResources = false
        var services: [String]?
        var namespaces: [String]?
        var tagsAny: [String]?
        var tagsAll: [String]?
        var sourceIP: [String]?
        /// Days, hours and zone as they are written.
        var time: (days: String?, between: String?, zone: String)?
        var strength: String?
        var methods: [String]?
        var certificateAge: String?
        /// Seconds since the epoch.
        var from: Int64?
        var until: Int64?
        var shadowUntil: Int64?
        var http: [Call]?
        var except: [String] = []
    }

    struct Call {
        var methods: [String]?
        var path: String?
        var headers: [(name: String, values: [String])] = []
    }

    struct Group {
        var name: String
        var services: [String]?
        var namespaces: [String]?
        var cidr: [String]?
    }

    var groups: [Group] = []

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
        if !groups.isEmpty {
            text += "groups:\n" + groups.map { "  \($0.name): { \(members($0)) }\n" }.joined()
        }
        text += "bindings:\n"
        for binding in bindings {
            let subjects = binding.subjects.map { "{ \($0.kind): \"\($0.value)\" }" }
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
            parts.append("from: [\(rule.sources.map(entry).joined(separator: ", "))]")
            parts.append("to: [\(rule.to.map(entry).joined(separator: ", "))]")
            if let words = rule.what { parts.append("permit: \(list(words))") }
        } else {
            if let subjects = rule.subjects { parts.append("subjects: \(list(subjects))") }
            if let actions = rule.what { parts.append("actions: \(list(actions))") }
            if rule.hasResources { parts.append("resources: { \(resources(rule)) }") }
        }
        if let when = when(rule) { parts.append("when: { \(when) }") }
        if rule.from != nil || rule.until != nil {
            let bounds = [
                rule.from.map { "from: \"\(moment($0))\"" },
                rule.until.map { "until: \"\(moment($0))\"" },
            ]
            parts.append("valid: { \(bounds.compactMap { $0 }.joined(separator: ", ")) }")
        }
        if let until = rule.shadowUntil {
            parts.append("shadow: { until: \"\(moment(until))\" }")
        }
        if let calls = rule.http {
            parts.append("http: [\(calls.map(call).joined(separator: ", "))]")
        }
        if !rule.except.isEmpty { parts.append("except: \(list(rule.except))") }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    private func when(_ rule: Rule) -> String? {
        var parts: [String] = []
        if let blocks = rule.sourceIP { parts.append("source_ip: \(list(blocks))") }
        if let time = rule.time {
            let keys = [
                time.days.map { "days: \($0)" }, time.between.map { "between: \"\($0)\"" },
                "zone: \(time.zone)",
            ]
            parts.append("time: { \(keys.compactMap { $0 }.joined(separator: ", ")) }")
        }
        if let strength = rule.strength { parts.append("auth_strength: \"\(strength)\"") }
        if let methods = rule.methods { parts.append("auth_method: \(list(methods))") }
        if let age = rule.certificateAge { parts.append("cert_age: \"\(age)\"") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private func call(_ call: Call) -> String {
        var parts: [String] = []
        if let methods = call.methods { parts.append("methods: \(list(methods))") }
        if let path = call.path { parts.append("path: \"\(path)\"") }
        if !call.headers.isEmpty {
            let headers = call.headers.map { "\($0.name): \(list($0.values))" }
            parts.append("headers: { \(headers.joined(separator: ", ")) }")
        }
        return "{ \(parts.joined(separator: ", ")) }"
    }

    private func members(_ group: Group) -> String {
        [
            group.services.map { "services: \(list($0))" },
            group.namespaces.map { "namespaces: \(list($0))" },
            group.cidr.map { "cidr: \(list($0))" },
        ].compactMap { $0 }.joined(separator: ", ")
    }

    private func moment(_ second: Int64) -> String {
        Date(timeIntervalSince1970: Double(second)).ISO8601Format()
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
