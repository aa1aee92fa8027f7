import Crypto
import CryptoExtras
import Foundation
import SAML
import SAMLSupport

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

    typealias Signing = XMLSigner.Signing

    /// Puts a signature where `{SIG}` stands.
    func sign(_ text: String, _ signing: Signing = Signing()) throws -> String {
        try XMLSigner(key).sign(text, signing)
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
