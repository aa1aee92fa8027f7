import Crypto
import CryptoExtras
import Foundation
import SAML
import XML

/// An identity provider whose messages a test bends as it likes.
struct TestIdentityProvider {
    static let acs = "https://maxine.example/api/maxine/auth/saml/idp/acs"
    static let entity = "https://idp.example/metadata"
    static let audience = "https://maxine.example/api/maxine/auth/saml/idp/metadata"
    static let request = "_request1"
    static let now: Int64 = 1_795_910_400

    let key: _RSA.Signing.PrivateKey

    init() throws { key = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    var keys: [SignatureKey] {
        [Self.signatureKey(key.publicKey.derRepresentation)].compactMap { $0 }
    }

    static func signatureKey(_ info: Data) -> SignatureKey? {
        SignatureKey(subjectPublicKeyInfo: Array(info))
    }

    /// An assertion; `{SIG}` is where its signature goes.
    static func assertion(
        id: String = "_a1", name: String = "alice", conditions: String? = nil,
        confirmation: String? = nil, more: String = ""
    ) -> String {
        let confirmation =
            confirmation
            ?? confirmed(
                #"Recipient="\#(acs)" InResponseTo="\#(request)" NotOnOrAfter="\#(time(300))""#)
        let conditions =
            conditions
            ?? #"<saml:Conditions NotBefore="\#(time(-30))" NotOnOrAfter="\#(time(300))">\#(restricted(audience))</saml:Conditions>"#
        return """
            <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="\(id)" Version="2.0" IssueInstant="\(time(0))"><saml:Issuer>\(entity)</saml:Issuer>{SIG}<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">\(name)</saml:NameID>\(confirmation)</saml:Subject>\(conditions)<saml:AuthnStatement AuthnInstant="\(time(0))" SessionIndex="_s1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="groups"><saml:AttributeValue>ops</saml:AttributeValue><saml:AttributeValue>staff</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>\(more)</saml:Assertion>
            """
    }

    static func confirmed(_ data: String, method: String = "urn:oasis:names:tc:SAML:2.0:cm:bearer")
        -> String
    {
        #"<saml:SubjectConfirmation Method="\#(method)"><saml:SubjectConfirmationData \#(data)/></saml:SubjectConfirmation>"#
    }

    static func restricted(_ audience: String) -> String {
        "<saml:AudienceRestriction><saml:Audience>\(audience)</saml:Audience></saml:AudienceRestriction>"
    }

    /// A response around what is given; `{SIG}` is where its signature goes.
    static func response(
        _ inner: String, id: String = "_r1",
        status: String = "urn:oasis:names:tc:SAML:2.0:status:Success",
        attributes: String =
            #"InResponseTo="_request1" Destination="https://maxine.example/api/maxine/auth/saml/idp/acs""#,
        issuer: String = entity, extensions: String = ""
    ) -> String {
        """
        <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="\(id)" Version="2.0" IssueInstant="\(time(0))" \(attributes)><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">\(issuer)</saml:Issuer>{SIG}\(extensions)<samlp:Status><samlp:StatusCode Value="\(status)"/></samlp:Status>\(inner)</samlp:Response>
        """
    }

    static func time(_ offset: Int64) -> String {
        Date(timeIntervalSince1970: Double(now + offset)).formatted(.iso8601)
    }

    /// How a signature is made, with what a test has otherwise.
    struct Signing {
        var algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
        var digest = "http://www.w3.org/2001/04/xmlenc#sha256"
        var canonicalisation = "http://www.w3.org/2001/10/xml-exc-c14n#"
        var transforms = [
            "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            "http://www.w3.org/2001/10/xml-exc-c14n#",
        ]
        var uri: String?
        var keyInfo = ""
        var edit: (String) -> String = { $0 }
        var key: _RSA.Signing.PrivateKey?
    }

    /// Puts a signature where `{SIG}` stands.
    func sign(_ text: String, _ signing: Signing = Signing()) throws -> String {
        let element = try XMLReader.read(Array(text.replacing("{SIG}", with: "").utf8))
        let id = element.attribute("ID") ?? ""
        let digest = Data(SHA256.hash(data: ExclusiveCanonicalForm.bytes(of: element)))
        let transforms = signing.transforms.map { #"<ds:Transform Algorithm="\#($0)"/>"# }.joined()
        let info = signing.edit(
            #"<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:CanonicalizationMethod Algorithm="\#(signing.canonicalisation)"/><ds:SignatureMethod Algorithm="\#(signing.algorithm)"/><ds:Reference URI="\#(signing.uri ?? "#" + id)"><ds:Transforms>\#(transforms)</ds:Transforms><ds:DigestMethod Algorithm="\#(signing.digest)"/><ds:DigestValue>\#(digest.base64EncodedString())</ds:DigestValue></ds:Reference></ds:SignedInfo>"#
        )
        let form = ExclusiveCanonicalForm.bytes(of: try XMLReader.read(Array(info.utf8)))
        let value = try (signing.key ?? key).signature(
            for: SHA256.hash(data: form), padding: .insecurePKCS1v1_5
        ).rawRepresentation.base64EncodedString()
        return text.replacing(
            "{SIG}",
            with:
                #"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\#(info)<ds:SignatureValue>\#(value)</ds:SignatureValue>\#(signing.keyInfo)</ds:Signature>"#
        )
    }

    static func rules(request: String = request, now: Int64 = now) -> AssertionRules {
        AssertionRules(
            issuer: entity, audience: audience, recipient: acs, request: request, nowSeconds: now)
    }

    /// What becomes of a message here.
    func judge(
        _ text: String, demand: SAMLResponse.Demand = .either,
        decryption: AssertionDecryption? = nil, rules: AssertionRules = rules()
    ) -> Result<SAMLResponse, SAMLRefusal> {
        Result { () throws(SAMLRefusal) in
            try SAMLResponse(
                Array(text.utf8), keys: keys, demand: demand, decryption: decryption, rules: rules)
        }
    }

    /// The four ways in which providers sign.
    enum Way: CaseIterable { case response, assertion, both, sealed }
}
