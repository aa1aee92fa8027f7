/// An element as it was read: a tree of elements and text, and nothing else.
public struct XMLElement: Sendable {
    /// What stands in an element, in order.
    public enum Node: Sendable {
        /// Another element.
        case element(XMLElement)
        /// Text, references resolved; no two stand beside each other.
        case text(String)
    }

    /// The prefix that the name was written with; empty for none.
    public let prefix: String
    /// The name.
    public let name: XMLName
    /// The attributes, in the order in which they were written, without namespace declarations.
    public let attributes: [XMLAttribute]
    /// The namespaces in scope, by prefix; the default one by the empty prefix.
    public let namespaces: [String: String]
    /// What stands in it.
    public let children: [Node]

    /// The elements in it, in order.
    public var elements: [XMLElement] {
        children.compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    /// The elements of a name directly in it.
    public func elements(_ name: XMLName) -> [XMLElement] { elements.filter { $0.name == name } }

    /// The only element of a name directly in it; nil where there is none, or more than one.
    public func only(_ name: XMLName) -> XMLElement? {
        let found = elements(name)
        return found.count == 1 ? found[0] : nil
    }

    /// The value of an attribute without a namespace; nil where there is none.
    public func attribute(_ local: String) -> String? {
        attributes.first { $0.name == XMLName("", local) }?.value
    }

    /// All its text; nil where an element stands in it.
    public var text: String? {
        var text = ""
        for child in children {
            guard case .text(let part) = child else { return nil }
            text += part
        }
        return text
    }
}

/// An attribute of an element.
public struct XMLAttribute: Sendable {
    /// The prefix that the name was written with; empty for none.
    public let prefix: String
    /// The name; without a prefix it has no namespace.
    public let name: XMLName
    /// The value, normalised (XML 1.0 section 3.3.3) and references resolved.
    public let value: String
}
