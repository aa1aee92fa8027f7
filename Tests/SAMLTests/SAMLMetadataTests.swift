import Foundation
import SAML
import SAMLSupport
import Testing
import XML

@Suite struct SAMLMetadataTests {
    private typealias IdP = TestIdentityProvider

    private static func key(_ text: String, use: String? = "signing") -> String {
        #"<md:KeyDescriptor\#(use.map { " use=\"\($0)\"" } ?? "")><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\#(Data(text.utf8).base64EncodedString())</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"#
    }

    private static let redirect =
        #"<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>"#

    private static func document(
        _ id: String = "https://idp.example", keys: String = key("one") + key("two"),
        services: String = redirect, attributes: String = "", role: String = ""
    ) -> String {
        #"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" ID="_m" entityID="\#(id)" \#(attributes)>{SIG}<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" \#(role)>\#(keys)\#(services)</md:IDPSSODescriptor></md:EntityDescriptor>"#
    }

    private func read(
        _ text: String, entity: String? = nil, signers: [SignatureKey]? = nil
    ) -> Result<SAMLMetadata, SAMLRefusal> {
        Result { () throws(SAMLRefusal) in
            try SAMLMetadata(
                Array(text.replacing("{SIG}", with: "").utf8), entityID: entity, signers: signers)
        }
    }

    private func code(_ text: String, entity: String? = nil) -> String {
        switch read(text, entity: entity) {
        case .success: "taken"
        case .failure(let refusal): refusal.code
        }
    }

    @Test func everySigningKeyCountsAndNoOther() throws {
        let keys =
            Self.key("one") + Self.key("sealing", use: "encryption") + Self.key("both", use: nil)
        let metadata = try read(Self.document(keys: keys)).get()
        #expect(metadata.entityID == "https://idp.example")
        #expect(
            metadata.certificates.map { String(decoding: $0, as: UTF8.self) } == ["one", "both"])
        #expect(metadata.signOn.map(\.location) == ["https://idp.example/sso"])
        #expect(metadata.validUntilSeconds == nil && metadata.isValid(atSeconds: .max))
        #expect(!metadata.wantsSignedRequests)
    }

    @Test func itsEndIsTheEarliestThatIsNamed() throws {
        let text = Self.document(
            attributes: #"validUntil="2026-11-30T00:00:00Z""#,
            role: #"validUntil="2026-11-29T12:00:00Z" WantAuthnRequestsSigned="true""#)
        let metadata = try read(text).get()
        #expect(metadata.validUntilSeconds == 1_795_953_600)
        #expect(metadata.isValid(atSeconds: 1_795_953_599))
        #expect(!metadata.isValid(atSeconds: 1_795_953_600))
        #expect(metadata.wantsSignedRequests)
        #expect(code(Self.document(attributes: #"validUntil="tomorrow""#)) == "saml_structure")
    }

    @Test func whatDescribesNobodyOrSeveralIsRefused() {
        let two =
            #"<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">"#
            + Self.document("https://one.example")
            + Self.document("https://two.example").replacing("_m", with: "_n")
            + "</md:EntitiesDescriptor>"
        #expect(code(two) == "saml_mismatch")
        #expect(code(two, entity: "https://two.example") == "taken")
        #expect(code(two, entity: "https://three.example") == "saml_mismatch")
        #expect(code(Self.document(), entity: "https://other.example") == "saml_mismatch")
        #expect(code(Self.document(keys: "")) == "saml_structure")
        #expect(code(Self.document(keys: Self.key("x", use: "encryption"))) == "saml_structure")
        #expect(code(Self.document(services: "")) == "saml_structure")
        let script = Self.redirect.replacing("https://idp.example/sso", with: "javascript:x")
        #expect(code(Self.document(services: script)) == "saml_structure")
        #expect(code("<!DOCTYPE x>" + Self.document()) == "saml_xml_forbidden")
        #expect(code("<x/>") == "saml_structure")
        #expect(
            code(Self.document().replacing("SAML:2.0:protocol", with: "SAML:1.1:protocol"))
                == "saml_structure")
    }

    @Test func signedMetadataIsHeldAgainstItsSigner() throws {
        let signer = try IdP()
        let text = try signer.sign(Self.document())
        #expect(throws: Never.self) { try read(text, signers: signer.keys).get() }
        #expect(throws: SAMLRefusal.self) {
            try read(text.replacing("/sso", with: "/evil"), signers: signer.keys).get()
        }
        #expect(throws: SAMLRefusal.self) { try read(text, signers: IdP().keys).get() }
        #expect(throws: SAMLRefusal.self) { try read(Self.document(), signers: signer.keys).get() }
    }

    @Test func ourOwnIsADocumentThatOthersRead() throws {
        let text = OwnMetadata.document(
            entityID: "https://maxine.example/a?b=1&c=\"",
            assertionConsumer: "https://maxine.example/acs",
            singleLogout: "https://maxine.example/slo?a&b", certificates: [[1, 2, 3], [4, 5]],
            signsRequests: true)
        let root = try XMLReader.read(Array(text.utf8))
        #expect(root.attribute("entityID") == "https://maxine.example/a?b=1&c=\"")
        #expect(ExclusiveCanonicalForm.bytes(of: root) == Array(text.utf8))
    }
}
