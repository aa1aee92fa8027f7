import SAML
import SAMLSupport
import Testing

/// What the published attacks do to a message that was good.
@Suite struct SAMLResponseTests {
    private typealias IdP = TestIdentityProvider
    private let idp: TestIdentityProvider

    init() throws { idp = try TestIdentityProvider() }

    private func good(_ way: IdP.Way = .assertion) throws -> String {
        let assertion = IdP.assertion()
        let bare = assertion.replacing("{SIG}", with: "")
        switch way {
        case .response: return try idp.sign(IdP.response(bare))
        case .assertion, .sealed:
            return IdP.response(try idp.sign(assertion)).replacing("{SIG}", with: "")
        case .both:
            let inner = try idp.sign(assertion)
            return try idp.sign(IdP.response(inner))
        }
    }

    private func refusal(
        _ text: String, demand: SAMLResponse.Demand = .either, rules: AssertionRules = IdP.rules()
    ) -> String {
        switch idp.judge(text, demand: demand, rules: rules) {
        case .success(let response): "taken: \(response.assertion.nameID.value)"
        case .failure(let refusal): refusal.code
        }
    }

    @Test(arguments: [IdP.Way.response, .assertion, .both])
    func aGoodResponseIsTaken(_ way: TestIdentityProvider.Way) throws {
        let response = try idp.judge(try good(way)).get()
        #expect(response.assertion.nameID.value == "alice")
        #expect(response.assertion.sessionIndex == "_s1")
        #expect(response.assertion.attributes.map(\.values) == [["ops", "staff"]])
        #expect(response.spentUntilSeconds == IdP.now + 360)
    }

    @Test func whatMustBeSignedIs() throws {
        #expect(refusal(try good(.response), demand: .assertion) == "saml_signature")
        #expect(refusal(try good(.assertion), demand: .response) == "saml_signature")
        #expect(refusal(try good(.assertion), demand: .both) == "saml_signature")
        #expect(refusal(try good(.both), demand: .both) == "taken: alice")
        let none = IdP.response(IdP.assertion()).replacing("{SIG}", with: "")
        #expect(refusal(none) == "saml_signature")
    }

    private static func signature(of text: String) -> String {
        text.firstMatch(of: /<ds:Signature .*<\/ds:Signature>/).map { String($0.output) } ?? ""
    }

    @Test func wrappedSignaturesAreRefused() throws {
        let forged = IdP.assertion(id: "_evil", name: "admin").replacing("{SIG}", with: "")
        let inner = try idp.sign(IdP.assertion())
        let outer = try good(.response)
        let signature = Self.signature(of: outer)
        let innerSignature = Self.signature(of: inner)
        let bare = inner.replacing(innerSignature, with: "")
        let evil = { (content: String) in
            IdP.response(content, id: "_evil").replacing("{SIG}", with: "")
        }
        let cases = [
            // XSW1, XSW2: a forged response around the signed one.
            IdP.response(forged, id: "_evil").replacing(
                "{SIG}",
                with: signature.replacing(
                    "</ds:Signature>", with: "<ds:Object>\(outer)</ds:Object></ds:Signature>")),
            IdP.response(forged, id: "_evil").replacing(
                "{SIG}", with: outer.replacing(signature, with: "") + signature),
            // XSW3, XSW4: a forged assertion before the signed one, and around it.
            evil(forged + inner), evil(inner + forged),
            evil(
                IdP.assertion(id: "_evil", name: "admin", more: inner).replacing("{SIG}", with: "")),
            // XSW5, XSW6: the forged one carries the signature.
            evil(
                IdP.assertion(id: "_evil", name: "admin").replacing("{SIG}", with: innerSignature)
                    + bare),
            evil(
                IdP.assertion(id: "_evil", name: "admin").replacing(
                    "{SIG}",
                    with: innerSignature.replacing(
                        "</ds:Signature>", with: bare + "</ds:Signature>"))),
            // XSW7, XSW8: in extensions, and in an object.
            IdP.response(
                inner, id: "_evil", extensions: "<samlp:Extensions>\(forged)</samlp:Extensions>"
            ).replacing("{SIG}", with: ""),
            evil(
                IdP.assertion(id: "_evil", name: "admin").replacing(
                    "{SIG}",
                    with: innerSignature.replacing(
                        "</ds:Signature>", with: "<ds:Object>\(bare)</ds:Object></ds:Signature>"))),
            // Both are signed.
            evil(inner + (try idp.sign(IdP.assertion(id: "_a2", name: "bob")))),
            // The signature stands elsewhere, or is gone, or empty.
            evil(bare),
            evil(
                bare.replacing(
                    "</saml:Assertion>",
                    with: "<saml:Advice>\(innerSignature)</saml:Advice></saml:Assertion>")),
            evil(inner.replacing(/<ds:SignatureValue>[^<]*/, with: "<ds:SignatureValue>")),
            // One ID twice, or written otherwise.
            evil(inner.replacing(#"Name="groups""#, with: #"Name="groups" ID="_a1""#)),
            IdP.response(inner, id: "_a1").replacing("{SIG}", with: ""),
            evil(inner).replacing("<samlp:Status>", with: #"<samlp:Status xml:id="_a1">"#),
            evil(inner).replacing("<samlp:Status>", with: #"<samlp:Status Id="_a1">"#),
        ]
        for (number, text) in cases.enumerated() {
            let code = refusal(text)
            #expect(["saml_structure", "saml_signature"].contains(code), "case \(number): \(code)")
        }
    }

    @Test func otherFormsOfASignatureAreRefused() throws {
        let evil = "http://evil.example/"
        let other = try IdP().key
        let secondReference = { (text: String) in
            text.replacing(
                "</ds:SignedInfo>",
                with:
                    #"<ds:Reference URI="\#("#_r1")"><ds:DigestMethod Algorithm="x"/><ds:DigestValue>eA==</ds:DigestValue></ds:Reference></ds:SignedInfo>"#
            )
        }
        let keyValue =
            "<ds:KeyInfo><ds:KeyName>evil</ds:KeyName><ds:RetrievalMethod URI=\"\(evil)\"/></ds:KeyInfo>"
        let signings: [(String, IdP.Signing)] = [
            ("saml_algorithm", .init(algorithm: "http://www.w3.org/2000/09/xmldsig#rsa-sha1")),
            ("saml_algorithm", .init(algorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-md5")),
            ("saml_algorithm", .init(algorithm: "http://www.w3.org/2000/09/xmldsig#hmac-sha1")),
            (
                "saml_algorithm",
                .init(algorithm: "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
            ),
            ("saml_algorithm", .init(digest: "http://www.w3.org/2000/09/xmldsig#sha1")),
            (
                "saml_algorithm",
                .init(canonicalisation: "http://www.w3.org/2001/10/xml-exc-c14n#WithComments")
            ),
            (
                "saml_algorithm",
                .init(canonicalisation: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
            ),
            (
                "saml_algorithm",
                .init(transforms: ["http://www.w3.org/2000/09/xmldsig#enveloped-signature"])
            ),
            ("saml_algorithm", .init(transforms: ["http://www.w3.org/2001/10/xml-exc-c14n#"])),
            (
                "saml_algorithm",
                .init(transforms: [
                    "http://www.w3.org/TR/1999/REC-xslt-19991116",
                    "http://www.w3.org/2001/10/xml-exc-c14n#",
                ])
            ),
            (
                "saml_algorithm",
                .init(transforms: [
                    "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
                    "http://www.w3.org/TR/1999/REC-xpath-19991116",
                ])
            ),
            (
                "saml_algorithm",
                .init(transforms: [
                    "http://www.w3.org/2000/09/xmldsig#base64",
                    "http://www.w3.org/2001/10/xml-exc-c14n#",
                ])
            ),
            ("saml_signature", .init(uri: "")), ("saml_signature", .init(uri: "_a1")),
            ("saml_signature", .init(uri: "#xpointer(/)")), ("saml_signature", .init(uri: evil)),
            ("saml_signature", .init(uri: "#_r1")),
            ("saml_signature", .init(uri: "file:///etc/passwd")),
            ("saml_structure", .init(edit: secondReference)),
            (
                "saml_structure",
                .init(edit: { $0.replacing(/<ds:Reference.*<\/ds:Reference>/, with: "") })
            ),
            ("saml_signature", .init(key: other)),
            ("saml_signature", .init(keyInfo: keyValue, key: other)),
            ("taken: alice", .init(keyInfo: keyValue)),
        ]
        for (code, signing) in signings {
            let text = IdP.response(try idp.sign(IdP.assertion(), signing)).replacing(
                "{SIG}", with: "")
            #expect(
                refusal(text) == code,
                "\(signing.algorithm) \(signing.digest) \(signing.transforms) \(signing.uri ?? "")")
        }
        let twice = try good().replacing(
            "<ds:SignatureValue>", with: "<ds:SignedInfo/><ds:SignatureValue>")
        #expect(refusal(twice) == "saml_structure")
    }

    @Test func whatWasChangedAfterItWasSignedIsRefused() throws {
        for way in [IdP.Way.response, .assertion, .both] {
            let text = try good(way)
            #expect(refusal(text.replacing(">alice<", with: ">admin<")) == "saml_signature")
            #expect(refusal(text.replacing(">ops<", with: ">admins<")) == "saml_signature")
            for comment in ["<!---->", "<!-- x -->", "<?x y?>", "<![CDATA[]]>"] {
                let code = refusal(text.replacing(">alice<", with: ">ali\(comment)ce<"))
                #expect(code == "saml_xml_forbidden")
                let digest = refusal(
                    text.replacing("<ds:DigestValue>", with: "<ds:DigestValue>\(comment)"))
                #expect(digest == "saml_xml_forbidden")
            }
            #expect(
                refusal("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" + text)
                    == "saml_xml_forbidden")
            let relative = text.replacing("<samlp:Status>", with: #"<samlp:Status xmlns:x="1">"#)
            #expect(refusal(relative) == "saml_xml_malformed")
            let polluted = text.replacing(
                "<saml:Subject>", with: #"<x:NameID xmlns:x="urn:x">admin</x:NameID><saml:Subject>"#
            )
            #expect(refusal(polluted) == "saml_signature")
        }
    }

    @Test func whatIsNotForUsNowIsRefused() throws {
        let at = { (seconds: Int64) in IdP.time(seconds) }
        let data = { (recipient: String, request: String, end: Int64) in
            IdP.confirmed(
                #"Recipient="\#(recipient)" InResponseTo="\#(request)" NotOnOrAfter="\#(at(end))""#)
        }
        let conditions = { (start: Int64, end: Int64, inner: String) in
            #"<saml:Conditions NotBefore="\#(at(start))" NotOnOrAfter="\#(at(end))">\#(inner)</saml:Conditions>"#
        }
        let ours = IdP.restricted(IdP.audience)
        let cases: [(String, String?, String?)] = [
            ("saml_mismatch", nil, data("https://elsewhere.example/acs", "_request1", 300)),
            ("saml_mismatch", nil, data(IdP.acs, "_other", 300)),
            ("saml_time", nil, data(IdP.acs, "_request1", -60)),
            ("taken: alice", nil, data(IdP.acs, "_request1", -59)),
            ("saml_mismatch", nil, ""),
            (
                "saml_mismatch", nil,
                data(IdP.acs, "_request1", 300) + data(IdP.acs, "_request1", 300)
            ),
            (
                "saml_mismatch", nil,
                IdP.confirmed(
                    #"Recipient="\#(IdP.acs)" InResponseTo="_request1" NotOnOrAfter="\#(at(300))""#,
                    method: "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")
            ),
            ("saml_time", nil, IdP.confirmed(#"Recipient="\#(IdP.acs)" InResponseTo="_request1""#)),
            (
                "saml_mismatch", nil,
                IdP.confirmed(#"Recipient="\#(IdP.acs)" NotOnOrAfter="\#(at(300))""#)
            ),
            (
                "saml_time", nil,
                IdP.confirmed(
                    #"Recipient="\#(IdP.acs)" InResponseTo="_request1" NotBefore="\#(at(-9))" NotOnOrAfter="\#(at(300))""#
                )
            ),
            ("saml_structure", "", nil),
            ("saml_mismatch", conditions(-30, 300, ""), nil),
            ("saml_mismatch", conditions(-30, 300, IdP.restricted("https://other.example")), nil),
            (
                "saml_mismatch",
                conditions(-30, 300, ours + IdP.restricted("https://other.example")), nil
            ),
            ("taken: alice", conditions(-30, 300, ours + "<saml:OneTimeUse/>"), nil),
            ("saml_structure", conditions(-30, 300, ours + "<saml:Condition/>"), nil),
            ("saml_time", conditions(61, 300, ours), nil),
            ("taken: alice", conditions(60, 300, ours), nil),
            ("saml_time", conditions(-300, -60, ours), nil),
            ("taken: alice", conditions(-300, -59, ours), nil),
            ("saml_time", "<saml:Conditions>\(ours)</saml:Conditions>", nil),
        ]
        for (code, conditions, confirmation) in cases {
            let text = IdP.response(
                try idp.sign(IdP.assertion(conditions: conditions, confirmation: confirmation))
            ).replacing("{SIG}", with: "")
            #expect(refusal(text) == code, "\(conditions ?? "") \(confirmation ?? "")")
        }
    }

    @Test func theResponseItselfMustBeTheAnswerToOurs() throws {
        let inner = try idp.sign(IdP.assertion())
        let response = { (attributes: String) in
            IdP.response(inner, attributes: attributes).replacing("{SIG}", with: "")
        }
        #expect(refusal(response(#"InResponseTo="_request1""#)) == "taken: alice")
        #expect(refusal(response("")) == "saml_mismatch", "unsolicited")
        #expect(refusal(response(#"InResponseTo="_other""#)) == "saml_mismatch")
        #expect(
            refusal(response(#"InResponseTo="_request1" Destination="https://x.example""#))
                == "saml_mismatch")
        let issuer = IdP.response(inner, issuer: "https://other.example").replacing(
            "{SIG}", with: "")
        #expect(refusal(issuer) == "saml_mismatch")
        let status = IdP.response(inner, status: "urn:oasis:names:tc:SAML:2.0:status:Responder")
            .replacing("{SIG}", with: "")
        #expect(refusal(status) == "saml_status")
        #expect(
            refusal(try good(), rules: IdP.rules(request: "_of-another-browser")) == "saml_mismatch"
        )
        #expect(refusal(try good(), rules: IdP.rules(now: IdP.now - 61)) == "saml_time")
        let issued = IdP.assertion().replacing(IdP.entity, with: "https://other.example")
        #expect(
            refusal(IdP.response(try idp.sign(issued)).replacing("{SIG}", with: ""))
                == "saml_mismatch")
    }
}
