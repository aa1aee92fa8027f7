/// Exclusive XML canonicalisation without comments (W3C xml-exc-c14n, 18 July 2002).
///
/// What comes out says all that was read: read again, it is the same tree. So who has a signature over these bytes has one over the tree.
public struct ExclusiveCanonicalForm {
    /// The prefixes that are treated as in inclusive canonicalisation (`InclusiveNamespaces PrefixList`); the default namespace by the
    /// empty one.
    private let inclusive: [String]
    private var bytes: [UInt8] = []

    /// The canonical form of an element, in UTF-8.
    ///
    /// A child may be left out with all in it: the signature that the element envelops. Prefixes that are named are rendered wherever
    /// they are in scope.
    public static func bytes(
        of element: XMLElement, omittingChild omitted: Int? = nil, inclusive: [String] = []
    ) -> [UInt8] {
        var form = ExclusiveCanonicalForm(inclusive: inclusive)
        form.write(element, omitting: omitted, rendered: [:])
        return form.bytes
    }

    private init(inclusive: [String]) { self.inclusive = inclusive }

    private mutating func write(
        _ element: XMLElement, omitting omitted: Int?, rendered before: [String: String]
    ) {
        var rendered = before
        let name = Self.qualified(element.prefix, element.name.local)
        bytes.append(UInt8(ascii: "<"))
        bytes += name
        for prefix in visiblePrefixes(element).sorted(by: Self.isBefore) where prefix != "xml" {
            let namespace = element.namespaces[prefix] ?? ""
            // No default namespace is the same as one that was never rendered.
            guard (rendered[prefix] ?? "") != namespace else { continue }
            rendered[prefix] = namespace
            write(prefix.isEmpty ? Array("xmlns".utf8) : Self.qualified("xmlns", prefix), namespace)
        }
        for attribute in element.attributes.sorted(by: Self.isBefore) {
            write(Self.qualified(attribute.prefix, attribute.name.local), attribute.value)
        }
        bytes.append(UInt8(ascii: ">"))
        for (index, child) in element.children.enumerated() where index != omitted {
            switch child {
            case .element(let element): write(element, omitting: nil, rendered: rendered)
            case .text(let text): write(text: text)
            }
        }
        bytes += Array("</".utf8)
        bytes += name
        bytes.append(UInt8(ascii: ">"))
    }

    /// The prefixes that the element and its attributes are written with, and those of the list that are in scope.
    private func visiblePrefixes(_ element: XMLElement) -> Set<String> {
        var prefixes: Set<String> = [element.prefix]
        for attribute in element.attributes where !attribute.prefix.isEmpty {
            prefixes.insert(attribute.prefix)
        }
        for prefix in inclusive where prefix.isEmpty || element.namespaces[prefix] != nil {
            prefixes.insert(prefix)
        }
        return prefixes
    }

    private static func qualified(_ prefix: String, _ local: String) -> [UInt8] {
        prefix.isEmpty ? Array(local.utf8) : Array(prefix.utf8) + [0x3A] + Array(local.utf8)
    }

    private static func isBefore(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// By namespace, those without one first, then by name.
    private static func isBefore(_ left: XMLAttribute, _ right: XMLAttribute) -> Bool {
        left.name.namespace == right.name.namespace
            ? isBefore(left.name.local, right.name.local)
            : isBefore(left.name.namespace, right.name.namespace)
    }

    private mutating func write(_ name: [UInt8], _ value: String) {
        bytes.append(0x20)
        bytes += name
        bytes += Array("=\"".utf8)
        for byte in value.utf8 {
            switch byte {
            case 0x26: bytes += Array("&amp;".utf8)
            case 0x3C: bytes += Array("&lt;".utf8)
            case 0x22: bytes += Array("&quot;".utf8)
            case 0x09: bytes += Array("&#x9;".utf8)
            case 0x0A: bytes += Array("&#xA;".utf8)
            case 0x0D: bytes += Array("&#xD;".utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func write(text: String) {
        for byte in text.utf8 {
            switch byte {
            case 0x26: bytes += Array("&amp;".utf8)
            case 0x3C: bytes += Array("&lt;".utf8)
            case 0x3E: bytes += Array("&gt;".utf8)
            case 0x0D: bytes += Array("&#xD;".utf8)
            default: bytes.append(byte)
            }
        }
    }
}
