import Auth
import Foundation
import StrictJSON

/// Reads who asked out of the records of a gateway's folder, with the keys of persons that lie there.
enum RecordedAsker {
    /// The name in clear; nil where it was nobody, or a person whose key is gone.
    static func name(in record: JSONValue, of folder: URL) -> String? {
        let name = text(record["principal"]?["id"], "principal.id", folder)
        return name?.isEmpty == true ? nil : name
    }

    /// Where the request came from.
    static func address(in record: JSONValue, of folder: URL) -> String? {
        text(record["client"]?["ip"], "client.ip", folder)
    }

    private static func text(_ value: JSONValue?, _ member: String, _ folder: URL) -> String? {
        if let text = value?.string { return text }
        guard let pseudonym = value?["pseudonym"]?.string, let sealed = value?["sealed"]?.string
        else { return nil }
        var reader = PersonReader(path: folder.path + "/data/persons.sqlite")
        return reader.open(sealed, of: pseudonym, for: member)
    }
}

extension InProcessGateway {
    /// Who asked for what a record says, in clear.
    func asker(of record: JSONValue) -> String? { RecordedAsker.name(in: record, of: folder) }

    /// Where from, in clear.
    func address(of record: JSONValue) -> String? { RecordedAsker.address(in: record, of: folder) }
}
