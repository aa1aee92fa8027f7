internal import Auth
internal import NIOCore
internal import Policy
internal import StrictJSON

/// Reads the bodies of key requests; each fault says where it is.
enum KeyRequestBody {
    /// `{name, scopes?, cidrs?, spiffeId?, startsInSeconds?, expiresInSeconds?, limits: {perMinute?, perHour?}?}`.
    static func parse(_ body: ByteBuffer?) throws(Problem) -> APIKeyRequest {
        let value = try jsonBody(body)
        try check(
            value, "$",
            [
                "name", "scopes", "cidrs", "spiffeId", "startsInSeconds", "expiresInSeconds",
                "limits",
            ])
        guard let name = value["name"]?.string, isText(name) else {
            throw .malformed("$.name: expected 1 to \(AuthLimits.keyTextBytesMax) characters")
        }
        var request = APIKeyRequest(name: name)
        request.scopes = try texts(value, "scopes")
        request.cidrs = try texts(value, "cidrs")
        for (index, text) in request.cidrs.enumerated() where (try? CIDR(parsing: text)) == nil {
            throw .impossible("$.cidrs[\(index)]: \(quote(text)) is not a range as 10.0.0.0/8")
        }
        if let member = value["spiffeId"] {
            guard let text = member.string, (try? SPIFFEID(parsing: text)) != nil else {
                throw .impossible("$.spiffeId: expected a SPIFFE ID")
            }
            request.spiffeID = text
        }
        if let starts = try number(value, "$", "startsInSeconds", 0...AuthLimits.keySecondsMax) {
            request.startsInSeconds = starts
        }
        if let ends = try number(value, "$", "expiresInSeconds", 1...AuthLimits.keySecondsMax) {
            request.endsInSeconds = ends
        }
        guard request.startsInSeconds < request.endsInSeconds else {
            throw .impossible("$.startsInSeconds: the key would end before it begins")
        }
        if let limits = value["limits"] {
            try check(limits, "$.limits", ["perMinute", "perHour"])
            let range = 1...Int64(AuthLimits.rateMax)
            request.perMinute = try number(limits, "$.limits", "perMinute", range).map(Int.init)
            request.perHour = try number(limits, "$.limits", "perHour", range).map(Int.init)
        }
        return request
    }

    /// `{graceSeconds?}`, or no body.
    static func grace(_ body: ByteBuffer?) throws(Problem) -> Int64 {
        guard let body, body.readableBytes > 0 else { return 0 }
        let value = try jsonBody(body)
        try check(value, "$", ["graceSeconds"])
        return try number(value, "$", "graceSeconds", 0...AuthLimits.graceSecondsMax) ?? 0
    }

    private static func check(
        _ value: JSONValue, _ path: String, _ known: [String]
    ) throws(Problem) {
        guard case .object(let members) = value else {
            throw .malformed("\(path): expected an object, got \(value.kind)")
        }
        for member in members where !known.contains(member.name) {
            throw .malformed(
                "\(path).\(quote(member.name)): unknown member; known are "
                    + known.joined(separator: ", "))
        }
    }

    private static func number(
        _ value: JSONValue, _ path: String, _ name: String, _ range: ClosedRange<Int64>
    ) throws(Problem) -> Int64? {
        guard let member = value[name] else { return nil }
        guard let number = member.integer else {
            throw .malformed("\(path).\(name): expected a whole number, got \(member.kind)")
        }
        guard range.contains(number) else {
            throw .impossible(
                "\(path).\(name): \(number) is not within \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    private static func texts(_ value: JSONValue, _ name: String) throws(Problem) -> [String] {
        guard let member = value[name] else { return [] }
        guard case .array(let items) = member else {
            throw .malformed("$.\(name): expected an array, got \(member.kind)")
        }
        guard items.count <= AuthLimits.keyEntriesMax else {
            throw .impossible("$.\(name): more than \(AuthLimits.keyEntriesMax) entries")
        }
        var texts: [String] = []
        for (index, item) in items.enumerated() {
            guard let text = item.string, isText(text) else {
                throw .malformed("$.\(name)[\(index)]: expected a short text")
            }
            texts.append(text)
        }
        return texts
    }

    private static func isText(_ text: String) -> Bool {
        (1...AuthLimits.keyTextBytesMax).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}
