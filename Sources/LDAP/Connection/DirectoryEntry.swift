/// An entry as it came: values are bytes until somebody reads them as text.
struct DirectoryEntry: Sendable, Equatable {
    let name: String
    /// By attribute, in lower case.
    let values: [String: [[UInt8]]]

    /// The one value of an attribute; nil where there are none, several, or it is no text.
    func single(_ attribute: String) -> String? {
        guard let all = values[attribute.lowercased()], all.count == 1 else { return nil }
        return all.first.flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// All values of an attribute that are text.
    func texts(_ attribute: String) -> [String] {
        (values[attribute.lowercased()] ?? []).compactMap { String(validating: $0, as: UTF8.self) }
    }

    /// What the entry stays known by.
    var id: String? {
        if let id = single("entryUUID") { return id }
        guard let bytes = values["objectguid"]?.first else { return nil }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
