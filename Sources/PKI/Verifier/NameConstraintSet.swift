import SwiftASN1
import Text
import X509

/// URI name constraints, enforced exactly as RFC 5280 section 4.2.1.10 says.
///
/// A constraint without a leading dot admits that one host, a constraint with one admits the hosts below it.
/// Constraints on other kinds of names are refused, since they would not be enforced here.
struct NameConstraintSet: Sendable, Equatable {
    private var permitted: [String] = []
    private var excluded: [String] = []

    init(_ ext: Certificate.Extension, element: Int) throws {
        guard ext.critical else {
            throw PeerRefusal.nameConstraints(element: element, detail: "not critical")
        }
        let lists = try DER.parse(ext.value).children(count: 1...2, "name constraints")
        for list in lists {
            let hosts = try Self.hosts(list, element: element)
            switch list.identifier {
            case .context(0) where permitted.isEmpty && excluded.isEmpty: permitted = hosts
            case .context(1) where excluded.isEmpty: excluded = hosts
            default: throw DERFlaw.malformed("name constraints out of order")
            }
        }
    }

    /// Whether a host of a URI may stand below this authority.
    func admits(host: String) -> Bool {
        guard !excluded.contains(where: { Self.matches($0, host) }) else { return false }
        return permitted.isEmpty || permitted.contains { Self.matches($0, host) }
    }

    private static func matches(_ constraint: String, _ host: String) -> Bool {
        guard constraint.hasPrefix(".") else { return constraint == host }
        return host.hasSuffix(constraint) && host.utf8.count > constraint.utf8.count
    }

    private static func hosts(_ list: ASN1Node, element: Int) throws -> [String] {
        let subtrees = try list.children(
            count: 1...PKILimits.nameConstraintSubtreesMax, "name constraints")
        return try subtrees.map { subtree in
            let fields = try subtree.children(count: 1...3, "name constraint")
            guard fields.count == 1, fields[0].identifier == .context(6) else {
                throw PeerRefusal.nameConstraints(
                    element: element, detail: "a constraint other than on URIs is not enforced")
            }
            let text = String(decoding: try fields[0].primitive("name constraint"), as: UTF8.self)
                .lowercased()
            guard isHost(text) else {
                throw PeerRefusal.nameConstraints(
                    element: element, detail: "the URI constraint \(quote(text))")
            }
            return text
        }
    }

    private static func isHost(_ text: String) -> Bool {
        let labels = text.hasPrefix(".") ? text.dropFirst() : text[...]
        return !labels.isEmpty && labels.utf8.count <= 255
            && labels.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 46
                    || byte == 95
            }
    }
}
