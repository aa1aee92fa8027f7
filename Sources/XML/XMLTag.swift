/// The namespaces whose prefixes nobody declares.
enum XMLNamespaces {
    static let xml = "http://www.w3.org/XML/1998/namespace"
    static let declarations = "http://www.w3.org/2000/xmlns/"
}

/// What a start tag holds before it is known what its prefixes mean.
struct XMLTag {
    private var attributes: [(name: QualifiedName, value: String)] = []
    private var declared: [String: String] = [:]

    mutating func add(
        _ name: QualifiedName, _ value: String, _ cursor: XMLCursor
    ) throws(XMLFault) {
        guard attributes.count + declared.count < XMLLimits.attributesMax else {
            throw .tooLarge("an element has more than \(XMLLimits.attributesMax) attributes")
        }
        if name == QualifiedName(prefix: "", local: "xmlns") {
            return try declare("", value, cursor)
        }
        if name.prefix == "xmlns" { return try declare(name.local, value, cursor) }
        attributes.append((name, value))
    }

    private mutating func declare(
        _ prefix: String, _ namespace: String, _ cursor: XMLCursor
    ) throws(XMLFault) {
        guard declared.updateValue(namespace, forKey: prefix) == nil else {
            throw cursor.malformed("a namespace is declared twice")
        }
        guard namespace.utf8.count <= XMLLimits.namespaceBytesMax else {
            throw .tooLarge("a namespace is longer than \(XMLLimits.namespaceBytesMax) bytes")
        }
        // Namespaces in XML 1.0 section 3: these stand for themselves.
        guard prefix != "xmlns", namespace != XMLNamespaces.declarations,
            (prefix == "xml") == (namespace == XMLNamespaces.xml)
        else { throw cursor.malformed("a namespace that may not be declared") }
        guard namespace.isEmpty ? prefix.isEmpty : Self.isAbsolute(namespace) else {
            throw cursor.malformed("a namespace is no absolute URI")
        }
    }

    /// Canonicalisation of relative ones is not defined, and libraries differ in what they make of it.
    private static func isAbsolute(_ namespace: String) -> Bool {
        let scheme = namespace.utf8.prefix { $0 != UInt8(ascii: ":") }
        return scheme.count < namespace.utf8.count && !scheme.isEmpty
            && scheme.allSatisfy { (0x61...0x7A).contains($0 | 0x20) }
            && namespace.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// The namespaces in scope of the element.
    func scope(
        in outer: [String: String], _ cursor: XMLCursor
    ) throws(XMLFault) -> [String: String] {
        guard !declared.isEmpty else { return outer }
        var scope = outer
        for (prefix, namespace) in declared {
            scope[prefix] = namespace.isEmpty ? nil : namespace
        }
        guard scope.count <= XMLLimits.namespacesMax else {
            throw .tooLarge("more than \(XMLLimits.namespacesMax) namespaces are in scope")
        }
        return scope
    }

    /// What an element's name means.
    func resolve(
        _ name: QualifiedName, in scope: [String: String], _ cursor: XMLCursor
    ) throws(XMLFault) -> XMLName {
        if let namespace = scope[name.prefix] { return XMLName(namespace, name.local) }
        guard name.prefix.isEmpty else { throw cursor.malformed("a prefix is not declared") }
        return XMLName("", name.local)
    }

    /// The attributes; no two of one name, however it is written.
    func resolvedAttributes(
        in scope: [String: String], _ cursor: XMLCursor
    ) throws(XMLFault) -> [XMLAttribute] {
        var names: Set<XMLName> = []
        var resolved: [XMLAttribute] = []
        for (name, value) in attributes {
            let full =
                name.prefix.isEmpty
                ? XMLName("", name.local) : try resolve(name, in: scope, cursor)
            guard names.insert(full).inserted else {
                throw cursor.malformed("an attribute stands there twice")
            }
            resolved.append(XMLAttribute(prefix: name.prefix, name: full, value: value))
        }
        return resolved
    }
}
