/// Reads a document of the kind that messages are: elements, attributes and text in UTF-8, and nothing that could make two readers
/// see two things (XML 1.0, Namespaces in XML 1.0).
///
/// No document type, so no entities, no defaults and nothing from elsewhere; no comments, processing instructions and CDATA sections,
/// which split texts. Names are ASCII. Whoever needs more does not get it.
public struct XMLReader {
    var cursor: XMLCursor
    private var nodesLeft = XMLLimits.nodesMax

    private init(_ bytes: [UInt8]) { cursor = XMLCursor(bytes) }

    /// Reads a document.
    ///
    /// - Parameter bytes: All of it.
    /// - Returns: The root.
    /// - Throws: ``XMLFault``.
    public static func read(_ bytes: [UInt8]) throws(XMLFault) -> XMLElement {
        guard bytes.count <= XMLLimits.documentBytesMax else {
            throw .tooLarge("the document is larger than \(XMLLimits.documentBytesMax) bytes")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw .malformed("not UTF-8", at: 0)
        }
        var reader = XMLReader(bytes)
        return try reader.document()
    }

    private mutating func document() throws(XMLFault) -> XMLElement {
        cursor.skip([0xEF, 0xBB, 0xBF])
        if cursor.startsDeclaration { try declaration() }
        cursor.skipSpace()
        guard cursor.skip("<") else { throw cursor.malformed("expected an element") }
        try cursor.refuseMarkup()
        let root = try element(in: ["xml": XMLNamespaces.xml], depth: 1)
        cursor.skipSpace()
        guard cursor.isAtEnd else {
            if cursor.skip("<") { try cursor.refuseMarkup() }
            throw cursor.malformed("something follows the root")
        }
        return root
    }

    /// `<?xml version="1.0" encoding="UTF-8" standalone="no"?>`, XML 1.0 section 2.8.
    private mutating func declaration() throws(XMLFault) {
        cursor.skip("<?xml")
        var seen: [String] = []
        let known = ["version": ["1.0"], "encoding": ["utf-8"], "standalone": ["yes", "no"]]
        while true {
            let hasSpace = cursor.skipSpace()
            if cursor.skip("?>") { break }
            guard hasSpace else { throw cursor.malformed("expected a space") }
            let name = try cursor.name()
            let value = try attributeValue(cursor.equals())
            guard let values = known[name], values.contains(value.lowercased()) else {
                throw cursor.malformed("the declaration is not that of XML 1.0 in UTF-8")
            }
            seen.append(name)
        }
        let order = ["version", "encoding", "standalone"].filter { seen.contains($0) }
        guard seen == order, seen.first == "version" else {
            throw cursor.malformed("the declaration is out of order")
        }
    }

    /// An element whose `<` was read.
    private mutating func element(
        in scope: [String: String], depth: Int
    ) throws(XMLFault) -> XMLElement {
        guard depth <= XMLLimits.depthMax else {
            throw .tooLarge("elements are nested deeper than \(XMLLimits.depthMax)")
        }
        try count()
        let name = try cursor.qualifiedName()
        var tag = XMLTag()
        let isEmpty = try attributes(into: &tag)
        let namespaces = try tag.scope(in: scope, cursor)
        let resolved = try tag.resolve(name, in: namespaces, cursor)
        let attributes = try tag.resolvedAttributes(in: namespaces, cursor)
        let children =
            isEmpty ? [] : try content(of: name, in: namespaces, depth: depth)
        return XMLElement(
            prefix: name.prefix, name: resolved, attributes: attributes, namespaces: namespaces,
            children: children)
    }

    /// The rest of a start tag; true where it is an end tag at the same time.
    private mutating func attributes(into tag: inout XMLTag) throws(XMLFault) -> Bool {
        while true {
            let hasSpace = cursor.skipSpace()
            if cursor.skip("/>") { return true }
            if cursor.skip(">") { return false }
            guard hasSpace else { throw cursor.malformed("expected a space or the end of the tag") }
            let name = try cursor.qualifiedName()
            let value = try attributeValue(cursor.equals())
            try tag.add(name, value, cursor)
        }
    }

    private mutating func content(
        of name: QualifiedName, in scope: [String: String], depth: Int
    ) throws(XMLFault) -> [XMLElement.Node] {
        var children: [XMLElement.Node] = []
        while true {
            let text = try characterData()
            if !text.isEmpty {
                try count()
                children.append(.text(text))
            }
            guard cursor.skip("<") else { throw cursor.malformed("an element has no end") }
            if cursor.skip("/") {
                guard try cursor.qualifiedName() == name else {
                    throw cursor.malformed("an end tag is another element's")
                }
                cursor.skipSpace()
                guard cursor.skip(">") else { throw cursor.malformed("expected >") }
                return children
            }
            try cursor.refuseMarkup()
            children.append(.element(try element(in: scope, depth: depth + 1)))
        }
    }

    private mutating func count() throws(XMLFault) {
        nodesLeft -= 1
        guard nodesLeft >= 0 else {
            throw .tooLarge("the document has more than \(XMLLimits.nodesMax) nodes")
        }
    }

    /// Text up to the next tag; line ends are normalised (XML 1.0 section 2.11).
    private mutating func characterData() throws(XMLFault) -> String {
        var text: [UInt8] = []
        while let byte = cursor.peek, byte != UInt8(ascii: "<") {
            if byte == UInt8(ascii: "&") {
                text += try cursor.reference()
            } else if cursor.starts("]]>") {
                throw cursor.malformed("]]> in text")
            } else {
                text += try cursor.character()
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A value in quotes; white space that was written as such becomes a space (XML 1.0 section 3.3.3).
    private mutating func attributeValue(_ mark: UInt8) throws(XMLFault) -> String {
        var value: [UInt8] = []
        while true {
            guard let byte = cursor.peek else { throw cursor.malformed("a value has no end") }
            switch byte {
            case mark:
                cursor.advance()
                return String(decoding: value, as: UTF8.self)
            case UInt8(ascii: "<"): throw cursor.malformed("< in a value")
            case UInt8(ascii: "&"): value += try cursor.reference()
            default:
                let character = try cursor.character()
                let isSpace = character.first.map(XMLCursor.isSpace) ?? false
                value += isSpace ? [0x20] : character
            }
        }
    }
}
