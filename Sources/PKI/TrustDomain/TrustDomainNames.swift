import Policy
import Text

/// The names that a trust domain gives to itself and its own.
enum TrustDomainNames {
    static let ownService = "maxine"
    static let ownNamespace = "maxine"

    static func operatorID(_ name: String, trustDomain: String) throws(PKIError) -> SPIFFEID {
        guard let id = try? SPIFFEID(parsing: "spiffe://\(trustDomain)/operator/\(name)"),
            id.pathSegments.count == 2, name != "bundle"
        else { throw .notIssued("\(quote(name)) can't name an operator") }
        return id
    }
}
