import Foundation

/// What somebody on the way does to an answer that was good.
enum SAMLChange: CaseIterable {
    case nothingSigned, otherName, otherGroup, comment, instruction, cdata, doctype, entity, otherID
    case forgedBefore, forgedAfter, duplicateID, emptySignature, otherReference, sha1
    case notXML, relativeNamespace, bentCiphertext, status
    // XSW1 and XSW2, XSW4, XSW7, XSW8 of the published attacks; XSW3, XSW5 and XSW6 are like forgedBefore and forgedAfter.
    case wrappedResponse, detachedResponse, wrappedAssertion, copyInExtensions, originalInObject
    case signatureElsewhere, noReference, twoReferences, twoInfos, pointer, noMark, fileReference
    case xpath, mac, md5, otherSpelling, xmlID, commentInDigest

    /// Whether an answer of that way has what is changed.
    func applies(to way: SimpleSAML.Way) -> Bool {
        switch self {
        case .otherName, .otherGroup, .comment, .instruction, .cdata, .forgedBefore, .forgedAfter:
            way != .sealed
        case .bentCiphertext: way == .sealed
        case .wrappedResponse, .detachedResponse: way != .assertion
        case .wrappedAssertion, .copyInExtensions: way != .sealed
        case .originalInObject: way == .assertion
        // The response's own, which is not signed.
        case .otherID: way != .assertion
        default: true
        }
    }

    /// 400 for what is no document that a message may be.
    var status: Int {
        switch self {
        case .comment, .instruction, .cdata, .doctype, .entity, .notXML, .relativeNamespace,
            .commentInDigest:
            400
        default: 403
        }
    }

    func apply(to text: String) -> String {
        switch self {
        case .nothingSigned:
            return text.replacing(
                /<ds:Signature .*?<\/ds:Signature>/.dotMatchesNewlines(), with: "")
        case .otherName: return text.replacing(">alice<", with: ">admin<")
        case .otherGroup: return text.replacing(">ops<", with: ">admins<")
        case .comment: return text.replacing(">alice<", with: ">ali<!-- x -->ce<")
        case .instruction: return text.replacing(">alice<", with: ">ali<?x y?>ce<")
        case .cdata: return text.replacing(">alice<", with: "><![CDATA[alice]]><")
        case .doctype: return "<!DOCTYPE x>" + text.replacing(/<\?xml[^>]*>\n?/, with: "")
        case .entity:
            return "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
                + text.replacing(/<\?xml[^>]*>\n?/, with: "")
        case .otherID:
            return text.replacing(/\ ID="[^"]*"/, with: " ID=\"_evil\"", maxReplacements: 1)
        case .forgedBefore:
            return text.replacing("<saml:Assertion", with: Self.forged + "<saml:Assertion")
        case .forgedAfter:
            return text.replacing("</saml:Assertion>", with: "</saml:Assertion>" + Self.forged)
        case .duplicateID:
            let id = text.firstMatch(of: /\ ID="([^"]*)"/).map { String($0.output.1) } ?? ""
            return text.replacing("<samlp:Status>", with: "<samlp:Status ID=\"\(id)\">")
        case .emptySignature:
            return text.replacing(/<ds:SignatureValue>[^<]*/, with: "<ds:SignatureValue>")
        case .otherReference: return text.replacing(/URI="#[^"]*"/, with: "URI=\"\"")
        case .sha1:
            return text.replacing(
                "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                with: "http://www.w3.org/2000/09/xmldsig#rsa-sha1")
        case .notXML: return "x"
        case .relativeNamespace:
            return text.replacing("<samlp:Status>", with: "<samlp:Status xmlns:x=\"1\">")
        case .bentCiphertext:
            guard let value = text.matches(of: /<xenc:CipherValue>([^<]*)</).last?.output.1 else {
                return text
            }
            var bytes = Data(base64Encoded: String(value)) ?? Data()
            if !bytes.isEmpty { bytes[bytes.startIndex + 20] ^= 1 }
            return text.replacing(value, with: bytes.base64EncodedString())
        case .status: return text.replacing("status:Success", with: "status:Responder")
        default: return Self.wrapped(text, self)
        }
    }

    /// What is done to signatures, and to what they are over.
    private static func wrapped(_ text: String, _ change: SAMLChange) -> String {
        let whole = text.replacing(/<\?xml[^>]*>\n?/, with: "")
        let signature = part(/<ds:Signature .*?<\/ds:Signature>/.dotMatchesNewlines(), of: whole)
        let assertion = part(/<saml:Assertion .*<\/saml:Assertion>/.dotMatchesNewlines(), of: whole)
        let evil = whole.replacing(/\ ID="[^"]*"/, with: " ID=\"_evil\"", maxReplacements: 1)
        switch change {
        case .wrappedResponse:
            return evil.replacing(signature, with: holding(whole, signature))
        case .detachedResponse:
            return evil.replacing(
                signature, with: whole.replacing(signature, with: "") + signature)
        case .wrappedAssertion:
            return whole.replacing(
                assertion,
                with: forged.replacing("</saml:Assertion>", with: assertion)
                    + "</saml:Assertion>")
        case .copyInExtensions:
            return whole.replacing(
                "<samlp:Status>",
                with: "<samlp:Extensions>\(forged)</samlp:Extensions><samlp:Status>")
        case .originalInObject:
            return whole.replacing(
                assertion,
                with: forged.replacing(
                    "</saml:Assertion>",
                    with: holding(assertion.replacing(signature, with: ""), signature)
                        + "</saml:Assertion>"))
        case .signatureElsewhere:
            return whole.replacing(signature, with: "").replacing(
                "</samlp:Status>",
                with: "<samlp:StatusDetail>\(signature)</samlp:StatusDetail></samlp:Status>")
        default: return bent(whole, change)
        }
    }

    /// What is done within a signature.
    private static func bent(_ text: String, _ change: SAMLChange) -> String {
        let reference = part(/<ds:Reference .*?<\/ds:Reference>/.dotMatchesNewlines(), of: text)
        let info = part(/<ds:SignedInfo>.*?<\/ds:SignedInfo>/.dotMatchesNewlines(), of: text)
        switch change {
        case .noReference: return text.replacing(reference, with: "")
        case .twoReferences: return text.replacing(reference, with: reference + reference)
        case .twoInfos: return text.replacing(info, with: info + info)
        case .pointer: return text.replacing(/URI="#[^"]*"/, with: "URI=\"#xpointer(/)\"")
        case .noMark: return text.replacing("URI=\"#", with: "URI=\"")
        case .fileReference:
            return text.replacing(/URI="#[^"]*"/, with: "URI=\"file:///etc/passwd\"")
        case .xpath:
            return text.replacing(
                "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
                with: "http://www.w3.org/TR/1999/REC-xpath-19991116")
        case .mac:
            return text.replacing(
                "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                with: "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
        case .md5:
            return text.replacing(
                "http://www.w3.org/2001/04/xmlenc#sha256",
                with: "http://www.w3.org/2001/04/xmldsig-more#md5")
        case .otherSpelling:
            return text.replacing("<samlp:Status>", with: "<samlp:Status Id=\"x\">")
        case .xmlID: return text.replacing("<samlp:Status>", with: "<samlp:Status xml:id=\"x\">")
        case .commentInDigest:
            return text.replacing("<ds:DigestValue>", with: "<ds:DigestValue><!-- x -->")
        default: return text
        }
    }

    private static func part(_ pattern: some RegexComponent, of text: String) -> String {
        text.firstMatch(of: pattern).map { String(text[$0.range]) } ?? ""
    }

    /// A signature that holds something.
    private static func holding(_ inner: String, _ signature: String) -> String {
        signature.replacing(
            "</ds:Signature>", with: "<ds:Object>\(inner)</ds:Object></ds:Signature>")
    }

    private static let forged =
        "<saml:Assertion ID=\"_evil\" Version=\"2.0\" IssueInstant=\"2026-01-01T00:00:00Z\"><saml:Issuer>x</saml:Issuer></saml:Assertion>"
}
