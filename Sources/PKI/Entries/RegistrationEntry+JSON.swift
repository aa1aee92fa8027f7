internal import Foundation
internal import Policy
public import StrictJSON

extension RegistrationEntry {
    /// Writes the entry as the API shows it and as the store keeps it.
    public func write(to writer: inout JSONWriter) {
        writer.raw("{\"id\":")
        writer.string(id)
        writer.raw(",\"spiffeId\":")
        writer.string(spiffeID.description)
        writer.raw(",\"agent\":")
        writer.string(agent)
        writer.raw(",\"selectors\":")
        writer.strings(selectors.map(\.description))
        writer.raw(",\"hint\":")
        writer.string(hint)
        if let x509TTLSeconds {
            writer.raw(",\"x509TtlSeconds\":")
            writer.integer(x509TTLSeconds)
        }
        if let jwtTTLSeconds {
            writer.raw(",\"jwtTtlSeconds\":")
            writer.integer(jwtTTLSeconds)
        }
        writer.raw(",\"federatesWith\":")
        writer.strings(federatesWith)
        writer.raw(",\"createdAt\":")
        writer.string(UTCText.text(nanoseconds: createdNanoseconds))
        writer.raw("}")
    }

    /// Reads what `write` wrote.
    ///
    /// - Throws: `EntryRefusal.invalid`.
    public init(
        stored value: JSONValue, rules: EntryRules, createdNanoseconds: Int64 = 0
    ) throws(EntryRefusal) {
        var value = value
        guard case .object(let members) = value, let id = value["id"]?.string, Self.isID(id) else {
            throw .invalid("an entry without a number")
        }
        value = .object(members.filter { $0.name != "id" && $0.name != "createdAt" })
        self = try EntryDraft(parsing: value).checked(
            by: rules, id: id, nowNanoseconds: createdNanoseconds)
    }

    /// Whether a text has the form of an entry's number.
    public static func isID(_ text: String) -> Bool {
        text.utf8.count == 32
            && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

extension EntryDraft {
    static let memberNames = [
        "spiffeId", "agent", "selectors", "hint", "x509TtlSeconds", "jwtTtlSeconds",
        "federatesWith",
    ]

    /// Reads `{spiffeId, agent, selectors, hint?, x509TtlSeconds?, jwtTtlSeconds?, federatesWith?}`.
    ///
    /// - Throws: `EntryRefusal.invalid` naming the member at fault.
    public init(parsing value: JSONValue) throws(EntryRefusal) {
        guard case .object(let members) = value else {
            throw .invalid("$: expected an object, got \(value.kind)")
        }
        for member in members where !Self.memberNames.contains(member.name) {
            throw .invalid(
                "$.\(member.name.quotedForPeople): unknown member; known are "
                    + Self.memberNames.joined(separator: ", "))
        }
        self.init(
            spiffeID: try Self.text("spiffeId", value), agent: try Self.text("agent", value),
            selectors: try Self.texts("selectors", value))
        hint = value["hint"] == nil ? "" : try Self.text("hint", value)
        x509TTLSeconds = try Self.number("x509TtlSeconds", value)
        jwtTTLSeconds = try Self.number("jwtTtlSeconds", value)
        federatesWith = value["federatesWith"] == nil ? [] : try Self.texts("federatesWith", value)
    }

    private static func text(_ name: String, _ value: JSONValue) throws(EntryRefusal) -> String {
        guard let text = value[name]?.string else { throw .invalid("$.\(name): expected a string") }
        return text
    }

    private static func texts(_ name: String, _ value: JSONValue) throws(EntryRefusal) -> [String] {
        guard case .array(let elements) = value[name] else {
            throw .invalid("$.\(name): expected a list of strings")
        }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.string else {
                throw .invalid("$.\(name)[\(index)]: expected a string, got \(element.kind)")
            }
            texts.append(text)
        }
        return texts
    }

    private static func number(_ name: String, _ value: JSONValue) throws(EntryRefusal) -> Int? {
        guard let member = value[name] else { return nil }
        guard let number = member.integer else {
            throw .invalid("$.\(name): expected a whole number, got \(member.kind)")
        }
        return Int(clamping: number)
    }
}
