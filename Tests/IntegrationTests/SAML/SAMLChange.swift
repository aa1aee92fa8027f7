import Foundation

/// What somebody on the way does to an answer that was good.
enum SAMLChange: CaseIterable {
    case nothingSigned, otherName, otherGroup, comment, instruction, cdata, doctype, entity, otherID
    case forgedBefore, forgedAfter, duplicateID, emptySignature, otherReference, sha1
    case notXML, relativeNamespace, bentCiphertext, status

    /// Whether an answer of that way has what is changed.
    func applies(to way: SimpleSAML.Way) -> Bool {
        switch self {
        case .otherName, .otherGroup, .comment, .instruction, .cdata, .forgedBefore, .forgedAfter:
            way != .sealed
        case .bentCiphertext: way == .sealed
        // The response's own, which is not signed.
        case .otherID: way != .assertion
        default: true
        }
    }

    /// 400 for what is no document that a message may be.
    var status: Int {
        switch self {
        case .comment, .instruction, .cdata, .doctype, .entity, .notXML, .relativeNamespace: 400
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
        }
    }

    private static let forged =
        "<saml:Assertion ID=\"_evil\" Version=\"2.0\" IssueInstant=\"2026-01-01T00:00:00Z\"><saml:Issuer>x</saml:Issuer></saml:Assertion>"
}
