import StrictJSON
import Text

/// Reads the members of one JSON object, each once, and refuses those that are not known.
struct MemberReader {
    private let members: [JSONMember]
    private let path: String

    init(_ value: JSONValue, path: String, known: [String]) throws(RegistryError) {
        guard case .object(let members) = value else {
            throw .malformed(path: path, message: "must be an object, not \(value.kind)")
        }
        self.members = members
        self.path = path
        for member in members where !known.contains(where: { $0.isExactly(member.name) }) {
            let hint = Suggestion.nearest(to: member.name, among: known)
                .map { ", did you mean \(quote($0))?" }
            throw .malformed(
                path: place(member.name),
                message: "unknown field \(quote(member.name))\(hint ?? "")")
        }
    }

    func requiredString(_ name: String) throws(RegistryError) -> String {
        guard let text = try string(name) else {
            throw .malformed(path: place(name), message: "is missing")
        }
        return text
    }

    func string(_ name: String) throws(RegistryError) -> String? {
        guard let value = member(name) else { return nil }
        guard case .string(let text) = value else { throw wrongKind(name, "a string", value) }
        return text
    }

    func name(_ name: String) throws(RegistryError) -> String? {
        guard let text = try string(name) else { return nil }
        guard RegistryName.isValid(text) else {
            throw .impossible(path: place(name), message: MemberReader.nameFault(text))
        }
        return text
    }

    func integer(
        _ name: String, in range: ClosedRange<Int>
    ) throws(RegistryError) -> Int? {
        guard let value = member(name) else { return nil }
        guard case .number(let number) = value else {
            throw wrongKind(name, "a whole number", value)
        }
        guard let integer = number.whole, range.contains(Int(integer)) else {
            throw .impossible(
                path: place(name),
                message: "\(String(number.text.prefix(24))) is not a whole number from "
                    + "\(range.lowerBound) to \(range.upperBound)")
        }
        return Int(integer)
    }

    func array(_ name: String) throws(RegistryError) -> [JSONValue]? {
        guard let value = member(name) else { return nil }
        guard case .array(let elements) = value else { throw wrongKind(name, "an array", value) }
        return elements
    }

    func object(_ name: String) throws(RegistryError) -> [JSONMember]? {
        guard let value = member(name) else { return nil }
        guard case .object(let members) = value else { throw wrongKind(name, "an object", value) }
        return members
    }

    static func nameFault(_ text: String) -> String {
        "\(quote(text)) is not a name: a letter or digit, then letters, digits, '.', '_' or '-', "
            + "at most \(RegistryLimits.nameBytesMax) in all"
    }

    /// A member's value; one that is null is as absent.
    private func member(_ name: String) -> JSONValue? {
        let value = members.first { $0.name.isExactly(name) }?.value
        return value == .null ? nil : value
    }

    private func place(_ name: String) -> String {
        RegistryName.isValid(name) ? "\(path).\(name)" : "\(path)[\(quote(name))]"
    }

    private func wrongKind(_ name: String, _ wanted: String, _ got: JSONValue) -> RegistryError {
        .malformed(path: place(name), message: "must be \(wanted), not \(got.kind)")
    }
}
