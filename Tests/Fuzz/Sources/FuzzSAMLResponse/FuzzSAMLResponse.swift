import CryptoExtras
@testable import SAML
import XML

/// Reads any bytes as what a browser brings from a SAML provider: a response, a message of single logout in a query or a form, what DEFLATE
/// has packed, a time, a duration.
///
/// The first byte says which. INVARIANT: nothing is believed, since nobody has the key's private half; what comes out of DEFLATE is bounded.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSAMLResponse(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let mode = bytes.first, let provider = FuzzedSAML.shared else { return 0 }
    let rest = Array(bytes.dropFirst())
    switch mode % 6 {
    case 0: provider.response(rest)
    case 1: provider.logout { () throws(SAMLRefusal) in try BoundMessage(query: rest) }
    case 2:
        let kind: MessageKind = mode > 127 ? .request : .response
        provider.logout { () throws(SAMLRefusal) in
            try BoundMessage(kind, inForm: rest, relayState: nil)
        }
    case 3:
        let plain = try? Inflater.bytes(rest, bytesMax: 10_000)
        if plain?.count ?? 0 > 10_000 { fatalError("more than the bound") }
    case 4:
        // As a form of base64, so that documents need not be guessed in that.
        let text = Array(Base64Text.encode(rest).utf8)
        provider.logout { () throws(SAMLRefusal) in
            try BoundMessage(.request, inForm: text, relayState: nil)
        }
    default:
        let text = String(decoding: rest, as: UTF8.self)
        if SAMLDuration.seconds(text) ?? 0 < 0 { fatalError("a duration goes back") }
        _ = SAMLTime.seconds(text)
    }
    return 0
}

/// The library keeps 16 bytes for each key that it makes, of which there is one here.
@_cdecl("__lsan_default_suppressions")
public func knownLeaks() -> UnsafePointer<UInt8> {
    let text: StaticString = "leak:RSAO7SigningO10PrivateKeyV7keySize"
    return text.utf8Start
}

private struct FuzzedSAML {
    static let shared = FuzzedSAML()

    let keys: [SignatureKey]
    let decryption: AssertionDecryption
    let rules = AssertionRules(
        issuer: "i", audience: "a", recipient: "r", request: "q", nowSeconds: 1_795_910_400)
    let logoutRules = LogoutRules(
        issuer: "i", destination: "d", nowSeconds: 1_795_910_400)

    init?() {
        guard let key = try? _RSA.Signing.PrivateKey(keySize: .bits2048),
            let own = SignatureKey(
                subjectPublicKeyInfo: Array(key.publicKey.derRepresentation)),
            let decryption = try? AssertionDecryption(
                pemKeys: [key.pemRepresentation], takesCBC: true)
        else { return nil }
        keys = [own]
        self.decryption = decryption
    }

    func response(_ bytes: [UInt8]) {
        let taken = try? SAMLResponse(
            bytes, keys: keys, demand: .either, decryption: decryption, rules: rules)
        if taken != nil { fatalError("a response is believed that nobody signed") }
        guard let root = try? XMLReader.read(bytes) else { return }
        // What the claims are read with, as if it were signed.
        _ = (try? SAMLAssertion(root)).map { try? rules.judge($0) }
        for child in root.elements {
            _ = (try? SAMLAssertion(child)).map { try? rules.judge($0) }
            _ = try? decryption.open(child, isInSignedResponse: true)
        }
    }

    func logout(_ read: () throws(SAMLRefusal) -> BoundMessage) {
        guard let message = try? read() else { return }
        let request = try? LogoutRequest(message, keys: keys, rules: logoutRules)
        let response = try? LogoutResponse(message, to: "q", keys: keys, rules: logoutRules)
        if request != nil || response != nil { fatalError("a message is believed unsigned") }
    }
}
