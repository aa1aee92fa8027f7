internal import Auth
internal import NIOCore
internal import Policy
internal import StrictJSON
internal import Text

/// Reads the bodies of requests on API keys; each fault says where it is.
struct KeyBody {
    private static let members = [
        "name", "scopes", "ttlSeconds", "notBefore", "cidrs", "spiffeId", "limits",
    ]

    private let value: JSONValue

    init(_ body: ByteBuffer?) throws(Problem) {
        value = try jsonBody(body)
        try Self.check(value, "body", Self.members)
    }

    /// `{name?, scopes[], ttlSeconds?, notBefore?, cidrs[]?, spiffeId?, limits{perMinute?, perHour?}?}`.
    func plan() throws(Problem) -> APIKeyPlan {
        var plan = APIKeyPlan()
        plan.name = try text("name") ?? ""
        plan.scopes = try texts("scopes", most: AuthLimits.keyScopesMax)
        guard !plan.scopes.isEmpty else {
            throw .impossible("$.scopes: name one at least; a key without a scope may do nothing")
        }
        plan.ranges = try texts("cidrs", most: AuthLimits.keyRangesMax)
        for (index, range) in plan.ranges.enumerated() {
            try Self.checkRange(range, "$.cidrs[\(index)]")
        }
        if let id = try text("spiffeId", bytesMax: Policy.PolicyLimits.spiffeIDBytesMax) {
            guard (try? SPIFFEID(parsing: id)) != nil else {
                throw .impossible("$.spiffeId: \(quote(id)) is no SPIFFE ID")
            }
            plan.spiffeID = id
        }
        if let seconds = try Self.number(value, "ttlSeconds", "$", to: AuthLimits.keySecondsMax) {
            plan.seconds = seconds
        }
        if let time = try text("notBefore") {
            guard let nanoseconds = CivilTime.nanoseconds(rfc3339: time) else {
                throw .impossible(
                    "$.notBefore: \(quote(time)) is no time such as 2026-12-01T08:00:00Z")
            }
            plan.startsNanoseconds = nanoseconds
        }
        if let limits = value["limits"], limits != .null {
            try Self.check(limits, "$.limits", ["perMinute", "perHour"])
            plan.perMinute = try Self.number(
                limits, "perMinute", "$.limits", to: AuthLimits.quotaMax)
            plan.perHour = try Self.number(limits, "perHour", "$.limits", to: AuthLimits.quotaMax)
        }
        return plan
    }

    /// `{graceSeconds?}`, or no body.
    static func grace(_ body: ByteBuffer?) throws(Problem) -> Int {
        guard let body, body.readableBytes > 0 else { return AuthLimits.graceSecondsDefault }
        let value = try jsonBody(body)
        try check(value, "body", ["graceSeconds"])
        return try number(value, "graceSeconds", "$", from: 0, to: AuthLimits.graceSecondsMax)
            ?? AuthLimits.graceSecondsDefault
    }

    /// The public id in `{id}`, or in the key of `{key}`.
    static func named(_ body: ByteBuffer?) throws(Problem) -> String {
        let value = try jsonBody(body)
        try check(value, "body", ["id", "key"])
        switch (value["id"]?.string, value["key"]?.string) {
        case (let id?, nil) where APIKeyText.isID(id): return id
        case (nil, let key?):
            if let text = APIKeyText(parsing: Array(key.utf8)) { return text.id }
        default: break
        }
        throw .malformed(
            "body: expected {id}, the \(APIKeyText.idCount) letters and digits behind mxk_, or {key}"
        )
    }

    /// The key in `{key}`, whether it is one or not.
    static func text(of body: ByteBuffer?) throws(Problem) -> RawToken {
        let value = try jsonBody(body)
        try check(value, "body", ["key"])
        guard let key = value["key"]?.string else {
            throw .malformed("body: expected {key}, the whole text of an API key")
        }
        return RawToken(Array(key.utf8))
    }

    private static func checkRange(_ text: String, _ place: String) throws(Problem) {
        do throws(CIDRError) {
            _ = try CIDR(parsing: text)
        } catch {
            switch error {
            case .malformed:
                throw .impossible("\(place): \(quote(text)) is no range such as 10.0.0.0/8")
            case .bitsBehindPrefix(let suggestion):
                throw .impossible(
                    "\(place): \(quote(text)) has bits behind its prefix; write \(suggestion)")
            }
        }
    }

    private static func check(
        _ value: JSONValue, _ place: String, _ known: [String]
    ) throws(Problem) {
        guard case .object(let members) = value else {
            throw .malformed("\(place): expected an object, got \(value.kind)")
        }
        for member in members where !known.contains(where: { $0.isExactly(member.name) }) {
            throw .malformed(
                "\(place == "body" ? "$" : place).\(Quotation.cut(member.name)): unknown member;"
                    + " known are \(known.joined(separator: ", "))")
        }
    }

    private static func number(
        _ value: JSONValue, _ name: String, _ place: String, from least: Int = 1, to most: Int
    ) throws(Problem) -> Int? {
        guard let member = value[name], member != .null else { return nil }
        guard case .number(let written) = member, let number = written.whole else {
            throw .malformed("\(place).\(name): expected a whole number, got \(member.kind)")
        }
        guard (Int64(least)...Int64(most)).contains(number) else {
            throw .impossible("\(place).\(name): \(number) is not within \(least) to \(most)")
        }
        return Int(number)
    }

    private func text(
        _ name: String, bytesMax: Int = AuthLimits.keyTextBytesMax
    ) throws(Problem) -> String? {
        guard let member = value[name], member != .null else { return nil }
        guard let text = member.string else {
            throw .malformed("$.\(name): expected a string, got \(member.kind)")
        }
        return try Self.checked(text, "$.\(name)", bytesMax)
    }

    private func texts(_ name: String, most: Int) throws(Problem) -> [String] {
        guard let member = value[name], member != .null else { return [] }
        guard case .array(let elements) = member else {
            throw .malformed("$.\(name): expected a list of strings, got \(member.kind)")
        }
        guard elements.count <= most else {
            throw .impossible("$.\(name): \(elements.count) entries, more than \(most)")
        }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.string else {
                throw .malformed("$.\(name)[\(index)]: expected a string, got \(element.kind)")
            }
            texts.append(try Self.checked(text, "$.\(name)[\(index)]", AuthLimits.keyTextBytesMax))
        }
        return texts
    }

    private static func checked(
        _ text: String, _ place: String, _ bytesMax: Int
    ) throws(Problem) -> String {
        guard (1...bytesMax).contains(text.utf8.count), Quotation.escaped(text) == text else {
            throw .impossible(
                "\(place): expected 1 to \(bytesMax) bytes without control characters")
        }
        return text
    }
}
