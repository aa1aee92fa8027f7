/// Reads the declarations of a policy's files and collects what is wrong with them.
struct PolicyReader {
    let trustDomain: String
    var declarations = PolicyDeclarations()
    var diagnostics = Diagnostics()
    /// Groups with the groups in them written out.
    var groups: [String: ResolvedGroup] = [:]
    /// Names and blocks in rules so far, groups written out.
    var valueCount = 0

    init(trustDomain: String) {
        self.trustDomain = trustDomain
    }

    /// Reads all files of a policy: groups first, since any file may refer to any other's.
    mutating func read(_ sources: [PolicySource]) {
        let files = sources.compactMap { source in
            root(of: source).map { (name: source.name, fields: $0) }
        }
        for file in files {
            diagnostics.file = file.name
            readGroups(file.fields["groups"])
        }
        resolveGroups()
        for file in files {
            diagnostics.file = file.name
            readRoles(file.fields["roles"])
            readBindings(file.fields["bindings"])
            readACL(file.fields["acl"])
            readIntentions(file.fields["intentions"])
            readTests(file.fields["tests"])
        }
    }

    private mutating func root(of source: PolicySource) -> Fields? {
        diagnostics.file = source.name
        let errorsBefore = diagnostics.errors.count
        guard let root = DocumentReader.read(source, into: &diagnostics) else {
            if diagnostics.errors.count == errorsBefore {
                report(.syntax, .start, "the file is empty", hint: "it begins: maxine_policy: 1")
            }
            return nil
        }
        let keys = [
            "maxine_policy", "name", "defaults", "groups", "roles", "bindings", "acl",
            "intentions", "tests",
        ]
        guard let fields = fields(root, of: "a policy", known: keys, required: ["maxine_policy"])
        else { return nil }
        readHeader(fields)
        return fields
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
        if let node = fields["defaults"] { readDefaults(node) }
    }

    /// `defaults: { decision: deny }` says what always holds; nothing else can be said.
    private mutating func readDefaults(_ node: DocumentNode) {
        guard
            let fields = fields(
                node, of: "defaults", known: ["decision"], required: ["decision"]),
            let decision = fields["decision"]
        else { return }
        guard case .scalar(let scalar) = decision.content, isSameName(scalar.text, "deny") else {
            report(
                .invalidValue, decision.mark, "the default decision is always deny",
                hint: "write an allow rule for what is to be allowed")
            return
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
