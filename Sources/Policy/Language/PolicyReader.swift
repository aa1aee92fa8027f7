import Text

/// Reads the declarations of a policy's files and collects what is wrong with them.
struct PolicyReader {
    let trustDomain: String
    var declarations = PolicyDeclarations()
    var diagnostics = Diagnostics()

    init(trustDomain: String) {
        self.trustDomain = trustDomain
    }

    mutating func read(_ source: PolicySource) {
        diagnostics.file = source.name
        let errorsBefore = diagnostics.errors.count
        guard let root = DocumentReader.read(source, into: &diagnostics) else {
            if diagnostics.errors.count == errorsBefore {
                report(.syntax, .start, "the file is empty", hint: "it begins: maxine_policy: 1")
            }
            return
        }
        let keys = ["maxine_policy", "name", "roles", "bindings", "acl", "intentions", "tests"]
        guard let fields = fields(root, of: "a policy", known: keys, required: ["maxine_policy"])
        else { return }
        readHeader(fields)
        readRoles(fields["roles"])
        readBindings(fields["bindings"])
        readACL(fields["acl"])
        readIntentions(fields["intentions"])
        readTests(fields["tests"])
    }

    private mutating func readHeader(_ fields: Fields) {
        if let version = fields["maxine_policy"] {
            if case .scalar(let scalar) = version.content, scalar.type == .number {
                if scalar.text != "1" {
                    report(
                        .invalidValue, version.mark,
                        "policy format \(Quotation.cut(scalar.text)) is not known",
                        hint: "this version reads format 1")
                }
            } else {
                reportType(version, expected: "the number 1")
            }
        }
        if let node = fields["name"], let name = name(node, of: "a policy's name") {
            declarations.names.append(name)
        }
    }
}

extension PolicyReader {
    mutating func report(
        _ code: PolicyError.Code, _ mark: Mark, _ message: String, hint: String? = nil
    ) {
        diagnostics.report(code, mark, message, hint: hint)
    }

    func location(_ mark: Mark) -> Location {
        Location(file: diagnostics.file, mark: mark)
    }
}
