import Auth
import StrictJSON

/// Reads what records say of who asked: in clear, or sealed where a person is behind it.
struct RecordedTexts {
    private var reader: PersonReader

    init(persons path: String) {
        reader = PersonReader(path: path)
    }

    /// What stands in records for whoever is called so: a person's pseudonym, else the name itself.
    func recorded(_ name: String) -> String { reader.pseudonym(ofUser: name) ?? name }

    /// The text; of a person who can't be told the pseudonym.
    mutating func text(of value: JSONValue?, for member: String) -> String? {
        if let text = value?.string { return text }
        guard let pseudonym = value?["pseudonym"]?.string else { return nil }
        let opened = value?["sealed"]?.string.flatMap {
            reader.open($0, of: pseudonym, for: member)
        }
        return opened ?? pseudonym
    }
}
