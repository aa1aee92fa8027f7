import Auth
import Foundation
import Gateway
import PKI
import SAML
import SAMLSupport
import StrictJSON
import Support

/// A SAML provider that says what a test wants, and a gateway whose people sign on there.
struct SAMLHouse: Sendable {
    static let policy = """
        maxine_policy: 1
        name: saml
        roles: { public: { actions: [session.create] } }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: viewer, subjects: [{ group: idp/ops }] }
          - { role: viewer, subjects: [{ saml_group: ops }] }
          - { role: public, subjects: [{ anonymous: true }] }
        """
    static let auth = "/api/maxine/auth/saml/idp"
    static let address = "https://maxine.example"
    static let entity = "https://idp.example/metadata"
    static let signOff = "https://idp.example/slo"

    let keys: SAMLKeys
    let folder: TestFolder
    let signer: XMLSigner

    init() throws {
        keys = try SAMLKeys.shared.get()
        folder = try TestFolder()
        signer = try keys.signer("idp")
        try write(metadata())
    }

    func write(_ metadata: String) throws { try folder.write(metadata, to: "idp.xml") }

    /// What the provider publishes; `{SIG}` is where a signature goes.
    func metadata(
        keys names: [String] = ["idp"], services: String? = nil, attributes: String = "",
        entity: String = SAMLHouse.entity, in text: String = "{DESCRIPTOR}"
    ) throws -> String {
        let descriptors = try names.map {
            "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\(try keys.base64($0))</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        }.joined()
        let services =
            services
                ?? """
                <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="\(Self.signOff)"/><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>
                """
        return text.replacing(
            "{DESCRIPTOR}",
            with: """
                <md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" ID="_m" entityID="\(entity)" \(attributes)>{SIG}<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\(descriptors)\(services)</md:IDPSSODescriptor></md:EntityDescriptor>
                """)
    }

    func settings() throws -> SAMLSettings {
        try folder.write(folder.text("idp.xml").replacing("{SIG}", with: ""), to: "idp.xml")
        var settings = SAMLSettings(name: "idp", metadata: .file(folder.path("idp.xml")))
        settings.key = SecretSource("file:" + keys.path("own.key"))
        settings.certificatePath = keys.path("own.pem")
        settings.userAttribute = "uid"
        return settings
    }

    func gateway(
        on left: InProcessGateway? = nil, _ change: (inout SAMLSettings) -> Void = { _ in }
    ) throws -> InProcessGateway {
        var settings = try settings()
        change(&settings)
        return try InProcessGateway(
            policy: Self.policy, outside: WatchQuietly.parts,
            clock: left?.clock ?? TestClock(), folder: left?.left
        ) {
            $0.samlProviders = [settings]
            $0.people.address = Self.address
        }
    }

    /// A signed response to a request.
    func response(
        to request: String, at gateway: InProcessGateway, name: String = "alice",
        nameID: String = "a1b2@idp.example", index: String = "_s1", signer: XMLSigner? = nil
    ) throws -> String {
        let time = { (offset: Int64) in Self.time(gateway, offset) }
        let acs = Self.address + Self.auth + "/acs"
        let assertion = """
            <saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a\(request)" Version="2.0" IssueInstant="\(time(0))"><saml:Issuer>\(Self.entity)</saml:Issuer>{SIG}<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" SPNameQualifier="us">\(nameID)</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData Recipient="\(acs)" InResponseTo="\(request)" NotOnOrAfter="\(time(300))"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="\(time(-30))" NotOnOrAfter="\(time(300))"><saml:AudienceRestriction><saml:Audience>\(Self.address)\(Self.auth)/metadata</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="\(time(0))" SessionIndex="\(index)"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="uid"><saml:AttributeValue>\(name)</saml:AttributeValue></saml:Attribute><saml:Attribute Name="groups"><saml:AttributeValue>ops</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>
            """
        let inner = try (signer ?? self.signer).sign(assertion)
        return """
            <samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0" IssueInstant="\(time(0))" InResponseTo="\(request)" Destination="\(acs)"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">\(Self.entity)</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>\(inner)</samlp:Response>
            """
    }

    static func time(_ gateway: InProcessGateway, _ offset: Int64) -> String {
        Date(timeIntervalSince1970: Double(gateway.clock.nanoseconds / 1_000_000_000 + offset))
            .formatted(.iso8601)
    }
}

/// A sign-on or a sign-off that a browser takes to the provider.
struct SentMessage: Sendable {
    let answer: CurlAnswer
    /// The document that it carries.
    let document: String
    let relayState: String
    /// The login cookie, `NAME=VALUE`.
    let cookie: String

    init(_ answer: CurlAnswer, at place: String? = nil, _ name: String = "SAMLRequest") {
        self.answer = answer
        let location = place ?? answer.headers["location"] ?? ""
        let items = URLComponents(string: location)?.queryItems ?? []
        let packed = items.first { $0.name == name }?.value ?? ""
        document = String(
            decoding: (Data(base64Encoded: packed) ?? Data()).dropFirst(5), as: UTF8.self)
        relayState = items.first { $0.name == "RelayState" }?.value ?? ""
        cookie =
            answer.cookies.last { $0.hasPrefix("__Host-maxine-login-") }.map {
                String($0.prefix { $0 != ";" })
            } ?? ""
    }

    /// The value of its first attribute of a name.
    func attribute(_ name: String) -> String {
        guard let found = document.range(of: " \(name)=\"") else { return "" }
        return String(document[found.upperBound...].prefix { $0 != "\"" })
    }

    var id: String { attribute("ID") }
}

extension InProcessGateway {
    /// Begins a sign-on at the SAML provider.
    func beginSAML(_ query: String = "", cookies: [String] = []) async throws -> SentMessage {
        SentMessage(try await browse(SAMLHouse.auth + query, cookies))
    }

    /// Brings a response back.
    func bring(_ response: String, for begun: SentMessage) async throws -> CurlAnswer {
        try await postSAML(
            "acs", "SAMLResponse", response, relayState: begun.relayState, cookies: [begun.cookie])
    }

    /// Posts a message as a form of the provider does.
    func postSAML(
        _ place: String, _ name: String, _ document: String, relayState: String? = nil,
        cookies: [String] = []
    ) async throws -> CurlAnswer {
        var form = name + "=" + XMLSigner.escaped(Data(document.utf8).base64EncodedString())
        if let relayState { form += "&RelayState=" + XMLSigner.escaped(relayState) }
        var headers = ["origin: https://idp.example"]
        if !cookies.isEmpty { headers.append("cookie: " + cookies.joined(separator: "; ")) }
        return try await curl(
            "POST", SAMLHouse.auth + "/" + place, headers: headers,
            options: ["--data-binary", form], at: peopleAddress)
    }

    /// Signs somebody on.
    func signOn(
        at house: SAMLHouse, name: String = "alice", nameID: String = "a1b2@idp.example",
        index: String = "_s1", signer: XMLSigner? = nil
    ) async throws -> OpenedLogin {
        let begun = try await beginSAML()
        let response = try house.response(
            to: begun.id, at: self, name: name, nameID: nameID, index: index, signer: signer)
        return try OpenedLogin(await bring(response, for: begun))
    }
}
