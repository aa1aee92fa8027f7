internal import Policy

/// Reads a YAML file of rules or exporters and collects every fault with its place.
struct DocumentForm {
    let file: String
    var faults: [String] = []

    init(file: String) { self.file = file }

    /// The file's mapping, or nil with a fault.
    mutating func read(_ text: String) -> [DocumentMember]? {
        var diagnostics = Diagnostics()
        diagnostics.file = file
        let root = DocumentReader.read(
            PolicySource(name: file, text: text), into: &diagnostics)
        faults += diagnostics.errors.map(\.description)
        guard diagnostics.errors.isEmpty else { return nil }
        guard let root else {
            faults.append("\(file):1:1: the file is empty")
            return nil
        }
        return mapping(root, "the file", keys: nil)
    }

    mutating func fault(_ node: DocumentNode, _ why: String) {
        faults.append("\(file):\(node.mark.line):\(node.mark.column): \(why)")
    }

    /// The members of a mapping; those not in `keys` are faults.
    mutating func mapping(
        _ node: DocumentNode, _ what: String, keys: [String]?
    ) -> [DocumentMember]? {
        guard case .mapping(let members) = node.content else {
            fault(node, "\(what) must be a mapping, got \(node.kind)")
            return nil
        }
        if let keys { check(members, what, keys) }
        return members
    }

    mutating func check(_ members: [DocumentMember], _ what: String, _ keys: [String]) {
        for member in members where !keys.contains(member.key) {
            faults.append(
                "\(file):\(member.mark.line):\(member.mark.column): unknown key "
                    + "\(quoted(member.key)) in \(what); known are \(keys.joined(separator: ", "))")
        }
    }

    mutating func items(_ node: DocumentNode, _ what: String) -> [DocumentNode] {
        guard case .list(let items) = node.content else {
            fault(node, "\(what) must be a list, got \(node.kind)")
            return []
        }
        return items
    }

    mutating func text(_ node: DocumentNode, _ what: String) -> String? {
        guard case .scalar(let scalar) = node.content, !scalar.text.isEmpty,
            scalar.text.utf8.count <= ExportLimits.filterValueBytesMax
        else {
            fault(node, "\(what) must be a text, got \(node.kind)")
            return nil
        }
        return scalar.text
    }

    mutating func number(_ node: DocumentNode, _ what: String, in range: ClosedRange<Int>) -> Int? {
        if case .scalar(let scalar) = node.content, let value = Int(scalar.text),
            range.contains(value)
        {
            return value
        }
        fault(
            node,
            "\(what) must be a number from \(range.lowerBound) to \(range.upperBound), "
                + "got \(node.kind)")
        return nil
    }

    mutating func seconds(_ node: DocumentNode, _ what: String, max: Int) -> Int? {
        if case .scalar(let scalar) = node.content, let value = FilterTime.span(scalar.text),
            (1...Int64(max)).contains(value)
        {
            return Int(value)
        }
        fault(node, "\(what) must be a span from 1s to \(max)s, as 60s or 5m, got \(node.kind)")
        return nil
    }

    mutating func word<T: RawRepresentable & CaseIterable>(
        _ node: DocumentNode, _ what: String, _ type: T.Type
    ) -> T? where T.RawValue == String {
        if case .scalar(let scalar) = node.content, let value = T(rawValue: scalar.text) {
            return value
        }
        let known = T.allCases.map(\.rawValue).joined(separator: ", ")
        fault(node, "\(what) must be one of \(known), got \(node.kind)")
        return nil
    }

    /// One text or a list of texts.
    mutating func texts(_ node: DocumentNode, _ what: String) -> [String] {
        if case .list(let items) = node.content { return items.compactMap { text($0, what) } }
        return text(node, what).map { [$0] } ?? []
    }
}

extension [DocumentMember] {
    subscript(key: String) -> DocumentNode? { first { $0.key == key }?.value }
}
