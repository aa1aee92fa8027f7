import Foundation

@testable import Policy

/// The conditions, one sentence of docs/policy.md after the other.
extension NaiveEvaluator {
    private static let strengths = ["secret", "certificate", "mfa", "hardware"]

    func method(_ rule: NaivePolicy.Rule) -> Truth {
        guard let methods = rule.methods else { return .yes }
        let method = (context.authenticationMethod ?? principal.authentication).rawValue
        return methods.contains(method) ? .yes : .no
    }

    func strength(_ rule: NaivePolicy.Rule) -> Truth {
        guard let wanted = rule.strength else { return .yes }
        guard let given = context.authenticationStrength else { return .unknown("auth_strength") }
        let rank = Self.strengths.firstIndex(of: given.name) ?? -1
        let level = wanted.drop { "<>=".contains($0) }
        let limit = Self.strengths.firstIndex(of: String(level)) ?? -1
        return (wanted.hasPrefix(">=") ? rank >= limit : rank < limit) ? .yes : .no
    }

    func age(_ rule: NaivePolicy.Rule) -> Truth {
        guard let wanted = rule.certificateAge else { return .yes }
        guard let age = context.certificateAgeNanoseconds else { return .unknown("cert_age") }
        let number = Int64(wanted.filter(\.isNumber)) ?? 0
        let seconds = number * (wanted.hasSuffix("h") ? 3_600 : 60)
        let isOlder = age >= seconds * 1_000_000_000
        return isOlder == wanted.hasPrefix(">=") ? .yes : .no
    }

    func time(_ rule: NaivePolicy.Rule) -> Truth {
        guard let time = rule.time else { return .yes }
        var calendar = Calendar(identifier: .gregorian)
        guard let zone = TimeZone(identifier: time.zone) else { return .no }
        calendar.timeZone = zone
        let now = Date(timeIntervalSince1970: Double(context.nowNanoseconds / 1_000_000_000))
        let parts = calendar.dateComponents([.weekday, .hour, .minute], from: now)
        // Foundation counts weekdays from Sunday, 1.
        let today = ((parts.weekday ?? 0) + 5) % 7
        let minute = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
        let days = Self.days(time.days)
        guard let between = time.between else { return days.contains(today) ? .yes : .no }
        let bounds = between.split(separator: "-").map { text in
            text.split(separator: ":").compactMap { Int($0) }.reduce(0) { $0 * 60 + $1 }
        }
        // A window past midnight belongs to the day on which it begins.
        for (day, shift) in [(today, 0), ((today + 6) % 7, 1_440)] where days.contains(day) {
            let end = bounds[1] > bounds[0] ? bounds[1] : bounds[1] + 1_440
            if (bounds[0]..<end).contains(minute + shift) { return .yes }
        }
        return .no
    }

    private static func days(_ text: String?) -> Set<Int> {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        guard let text else { return Set(0..<7) }
        let ends = text.split(separator: "-").compactMap { names.firstIndex(of: String($0)) }
        var day = ends[0]
        var days: Set<Int> = [day]
        while day != ends[ends.count - 1] {
            day = (day + 1) % 7
            days.insert(day)
        }
        return days
    }

    func http(_ rule: NaivePolicy.Rule) -> Truth {
        guard let calls = rule.http, operation.action.name == "service.call" else { return .yes }
        guard let facts = context.http else { return .unknown("http") }
        let truths = calls.map { matches($0, facts) }
        if truths.contains(.yes) { return .yes }
        return truths.contains(.no) && !truths.contains(.unknown("http")) ? .no : .unknown("http")
    }

    private func matches(_ call: NaivePolicy.Call, _ facts: HTTPFacts) -> Truth {
        var truths: [Truth] = []
        if let methods = call.methods {
            truths.append(methods.contains(facts.method) ? .yes : .no)
        }
        if let path = call.path {
            // The random requests have few forms that are not normal: these.
            let isOdd = ["//", "/../", "%2f", "%61", ";"].contains { facts.path.contains($0) }
            truths.append(isOdd ? .unknown("http") : matches(path, facts.path) ? .yes : .no)
        }
        for (name, values) in call.headers {
            guard let headers = facts.headers else {
                truths.append(.unknown("http"))
                continue
            }
            let given = headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
            if given.count > 1 || given.contains(where: { $0.contains(",") }) {
                truths.append(.unknown("http"))
            } else {
                let isMet = given.contains { value in values.contains { Self.glob($0, value) } }
                truths.append(isMet ? .yes : .no)
            }
        }
        if truths.contains(.no) { return .no }
        return truths.first { $0 != .yes } ?? .yes
    }

    private func matches(_ pattern: String, _ path: String) -> Bool {
        var wanted = pattern.split(separator: "/", omittingEmptySubsequences: false).map(
            String.init)
        var given = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if wanted.last == "**" {
            wanted.removeLast()
            guard given.count >= wanted.count else { return false }
            given = Array(given.prefix(wanted.count))
        }
        return wanted.count == given.count
            && zip(wanted, given).allSatisfy { Self.glob($0, $1) }
    }
}

extension NaivePolicy {
    /// A pattern as it stands, or the members of the group that it names.
    func written(out text: String, _ members: (Group) -> [String]?) -> [String] {
        guard text.hasPrefix("group:") else { return [text] }
        let name = text.dropFirst("group:".count)
        guard let group = groups.first(where: { $0.name == name }) else { return [] }
        return (members(group) ?? []).flatMap { written(out: $0, members) }
    }
}
