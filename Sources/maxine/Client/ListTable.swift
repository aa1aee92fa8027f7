import StrictJSON

/// One column of a list that a command prints for people.
struct Column {
    let heading: String
    let text: (JSONValue) -> String

    init(_ heading: String, _ text: @escaping (JSONValue) -> String) {
        self.heading = heading
        self.text = text
    }

    /// A column of the texts of a member.
    init(_ heading: String, _ member: String, or missing: String = "") {
        self.init(heading) { $0[member]?.string ?? missing }
    }
}

extension GatewayClient {
    /// Reads a list to its end and prints it: a row for each entry, or all as JSON.
    func printList(
        _ path: String, of member: String, json: Bool, _ columns: [Column]
    ) async throws {
        let answer = try await list(path, query: [], of: member)
        if json { return Terminal.print(json: jsonText(answer)) }
        Terminal.table(
            columns.map(\.heading),
            elements(answer?[member]).map { entry in columns.map { $0.text(entry) } })
    }
}
