extension PolicyReader {
    /// Reads a file of tests that stand apart from the policy; gives the policy's path if it names one.
    ///
    ///     maxine_policy_tests: 1
    ///     policy: ./policy.yaml      # relative to this file; optional
    ///     tests: [ ... ]             # as in a policy
    mutating func readSuite(_ source: PolicySource) -> String? {
        diagnostics.file = source.name
        guard let root = DocumentReader.read(source, into: &diagnostics) else { return nil }
        let keys = ["maxine_policy_tests", "name", "policy", "tests"]
        guard
            let fields = fields(
                root, of: "a file of tests", known: keys,
                required: ["maxine_policy_tests", "tests"])
        else { return nil }
        if let version = fields["maxine_policy_tests"] {
            if case .scalar(let scalar) = version.content, scalar.type == .number {
                if scalar.text != "1" {
                    report(
                        .invalidValue, version.mark,
                        "test format \(Quotation.cut(scalar.text)) is not known",
                        hint: "this version reads format 1")
                }
            } else {
                reportType(version, expected: "the number 1")
            }
        }
        readTests(fields["tests"])
        return fields["policy"].flatMap { text($0, of: "a path") }
    }

    /// Whether a file says of itself that it holds tests only.
    static func isSuite(_ source: PolicySource) -> Bool {
        var ignored = Diagnostics()
        guard let root = DocumentReader.read(source, into: &ignored),
            case .mapping(let members) = root.content
        else { return false }
        return members.contains { $0.key == "maxine_policy_tests" }
    }
}
