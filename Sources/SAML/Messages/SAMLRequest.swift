internal import Crypto
internal import CryptoExtras
internal import Foundation

/// Our own key, for requests that we sign.
public struct RequestKey: Sendable {
    private let key: _RSA.Signing.PrivateKey

    /// Takes an RSA private key, PEM; nil where it is none of a fit size.
    public init?(pemRepresentation pem: String) {
        guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem),
            SAMLLimits.rsaBits.contains(key.keySizeInBits)
        else { return nil }
        self.key = key
    }

    /// RSA with SHA-256, PKCS#1 v1.5 (RFC 8017 section 8.2), which every provider knows.
    func sign(_ bytes: [UInt8]) -> [UInt8]? {
        (try? key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)).map {
            Array($0.rawRepresentation)
        }
    }
}

/// A request to sign somebody on (SAML Core section 3.4.1).
public struct SAMLRequest: Sendable {
    /// Its ID, which the answer must name.
    public let id: String
    private let document: [UInt8]

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - id: 128 random bits at least (section 1.3.4), in letters, digits, `-` and `_`, no digit first.
    ///   - issuer: Our entity id.
    ///   - destination: Where it is sent.
    ///   - assertionConsumer: Where the answer is to be sent.
    ///   - nameFormat: What sort of name is wanted; nil for what the provider uses.
    ///   - forced: Whether the person has to prove who they are anew.
    ///   - nowSeconds: The wall clock, seconds since the Unix epoch.
    public init(
        id: String, issuer: String, destination: String, assertionConsumer: String,
        nameFormat: String?,
        forced: Bool, nowSeconds: Int64
    ) {
        self.id = id
        var text = "<samlp:AuthnRequest xmlns:samlp=\"\(SAMLNames.protocolNamespace)\""
        let attributes = [
            ("AssertionConsumerServiceURL", assertionConsumer), ("Destination", destination),
            ("ForceAuthn", forced ? "true" : "false"), ("ID", id),
            ("IssueInstant", SAMLTime.text(nowSeconds)),
            ("ProtocolBinding", SAMLNames.postBinding), ("Version", "2.0"),
        ]
        for (name, value) in attributes { text += " \(name)=\"\(Self.escaped(value))\"" }
        text += "><saml:Issuer xmlns:saml=\"\(SAMLNames.assertionNamespace)\">"
        text += Self.escaped(issuer) + "</saml:Issuer>"
        let format = nameFormat.map { " Format=\"\(Self.escaped($0))\"" } ?? ""
        text += "<samlp:NameIDPolicy AllowCreate=\"true\"\(format)></samlp:NameIDPolicy>"
        document = Array((text + "</samlp:AuthnRequest>").utf8)
    }

    /// The address that a browser is sent to (SAML Bindings section 3.4.4), signed over the very text of the query.
    ///
    /// - Parameters:
    ///   - location: The provider's address.
    ///   - relayState: What the answer brings back, 80 bytes at most.
    ///   - key: What signs; nil where nothing is signed.
    /// - Returns: Nil where the library can't sign.
    public func redirect(to location: String, relayState: String, key: RequestKey?) -> String? {
        let message = Data(StoredDeflate.bytes(document)).base64EncodedString()
        var query =
            "SAMLRequest=" + Self.percented(message) + "&RelayState=" + Self.percented(relayState)
        if let key {
            query += "&SigAlg=" + Self.percented(SignatureAlgorithm.rsaSHA256.rawValue)
            guard let signature = key.sign(Array(query.utf8)) else { return nil }
            query += "&Signature=" + Self.percented(Data(signature).base64EncodedString())
        }
        return location + (location.contains("?") ? "&" : "?") + query
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }

    private static func percented(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
            return isPlain
                ? String(UnicodeScalar(byte))
                : "%" + (byte < 16 ? "0" : "")
                    + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

/// DEFLATE without compression (RFC 1951 section 3.2.4): a request is short, and every reader takes it.
enum StoredDeflate {
    static func bytes(_ plain: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var rest = plain[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(block.count)
            let count = UInt16(block.count)
            out.append(rest.isEmpty ? 1 : 0)
            for value in [count, ~count] {
                out += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
            }
            out += block
        } while !rest.isEmpty
        return out
    }
}
