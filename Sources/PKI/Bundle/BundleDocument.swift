internal import Foundation
internal import StrictJSON

/// A trust domain's bundle as JSON (SPIFFE Trust Domain and Bundle section 4): what bundle endpoints serve.
public enum BundleDocument {
    /// Reads a document for the trust domain it was asked for; the document itself names none.
    ///
    /// Keys of unknown type or use are passed over. A document that breaks a rule is refused as a whole, so that a
    /// reader keeps what it has.
    /// - Throws: `PKIError.invalidBundle`.
    public static func parse(_ bytes: [UInt8], trustDomain: String) throws(PKIError) -> TrustBundle
    {
        let value: JSONValue
        do {
            value = try StrictJSON.parse(bytes, limits: .bundle)
        } catch {
            throw .invalidBundle("not strict JSON: \(error)")
        }
        return try read(value, trustDomain: trustDomain)
    }

    /// Reads a bundle map, `{"trust_domains": {...}}` (section 5); no trust domain may stand twice.
    /// - Throws: `PKIError.invalidBundle`.
    public static func parseMap(_ bytes: [UInt8]) throws(PKIError) -> [TrustBundle] {
        let value: JSONValue
        do {
            value = try StrictJSON.parse(bytes, limits: .bundle)
        } catch {
            throw .invalidBundle("not strict JSON: \(error)")
        }
        guard case .object(let domains)? = value["trust_domains"] else {
            throw .invalidBundle("no trust_domains")
        }
        var bundles: [TrustBundle] = []
        for domain in domains {
            bundles.append(try read(domain.value, trustDomain: domain.name))
        }
        return bundles
    }

    /// The bundle as it is published.
    public static func encode(_ bundle: TrustBundle) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        write(bundle, to: &writer)
        return writer.bytes
    }

    /// Several bundles as a bundle map (section 5), ordered by trust domain.
    public static func encodeMap(_ bundles: [TrustBundle]) -> [UInt8] {
        var writer = JSONWriter(capacity: 8192)
        writer.raw("{\"trust_domains\":{")
        for (index, bundle) in bundles.sorted(by: { $0.trustDomain < $1.trustDomain }).enumerated()
        {
            if index > 0 { writer.raw(",") }
            writer.string(bundle.trustDomain)
            writer.raw(":")
            write(bundle, to: &writer)
        }
        writer.raw("}}")
        return writer.bytes
    }

    /// The JWT keys alone, as Workload API clients get them (Workload API section 6.2.2).
    public static func encodeJWTKeys(_ bundle: TrustBundle) -> [UInt8] {
        keySet(bundle, use: "jwt-svid")
    }

    /// The JWT keys alone, as OpenID clients want them (RFC 7517, `use` is `sig`).
    public static func encodeOpenIDKeys(_ bundle: TrustBundle) -> [UInt8] {
        keySet(bundle, use: "sig")
    }

    private static func keySet(_ bundle: TrustBundle, use: StaticString) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.raw("{\"keys\":[")
        for (index, key) in bundle.jwtKeys.enumerated() {
            if index > 0 { writer.raw(",") }
            key.write(use: use, to: &writer)
        }
        writer.raw("]}")
        return writer.bytes
    }

    private static func write(_ bundle: TrustBundle, to writer: inout JSONWriter) {
        writer.raw("{\"keys\":[")
        var isFirst = true
        for anchor in bundle.anchors {
            guard let members = PublicKeyMembers(anchor.header.subjectPublicKeyInfo) else {
                continue
            }
            if !isFirst { writer.raw(",") }
            isFirst = false
            writer.raw("{\"use\":\"x509-svid\",")
            members.write(to: &writer)
            writer.raw(",\"x5c\":[")
            writer.string(Data(anchor.der).base64EncodedString())
            writer.raw("]}")
        }
        for key in bundle.jwtKeys {
            if !isFirst { writer.raw(",") }
            isFirst = false
            key.write(use: "jwt-svid", to: &writer)
        }
        writer.raw("],\"spiffe_sequence\":")
        writer.integer(bundle.sequence)
        writer.raw(",\"spiffe_refresh_hint\":")
        writer.integer(bundle.refreshHintSeconds)
        writer.raw("}")
    }
}

extension BundleDocument {
    private static func read(
        _ value: JSONValue, trustDomain: String
    ) throws(PKIError) -> TrustBundle {
        guard case .object = value else { throw .invalidBundle("not an object") }
        guard case .array(let keys)? = value["keys"] else { throw .invalidBundle("no keys") }
        guard keys.count <= PKILimits.bundleKeysMax else {
            throw .invalidBundle("more than \(PKILimits.bundleKeysMax) keys")
        }
        var certificates: [[UInt8]] = []
        var jwtKeys: [JWTKey] = []
        for key in keys {
            guard case .object = key else { throw .invalidBundle("a key that is no object") }
            switch key["use"]?.string {
            case "x509-svid":
                if let certificate = try certificate(key) { certificates.append(certificate) }
            case "jwt-svid":
                guard let read = try JWTKey(key) else { continue }
                guard !jwtKeys.contains(where: { $0.keyID == read.keyID }) else {
                    throw .invalidBundle("two keys \(read.keyID.quotedForPeople)")
                }
                jwtKeys.append(read)
            default: continue
            }
        }
        return try TrustBundle(
            trustDomain: trustDomain, derCertificates: certificates, jwtKeys: jwtKeys,
            sequence: try number(value, "spiffe_sequence") ?? 0,
            refreshHintSeconds: Int(
                clamping: try number(value, "spiffe_refresh_hint")
                    ?? UInt64(PKILimits.refreshHintSecondsDefault)))
    }

    /// The first certificate of `x5c`; without `x5c` the key is passed over (X509-SVID section 6.2).
    private static func certificate(_ key: JSONValue) throws(PKIError) -> [UInt8]? {
        guard let chain = key["x5c"] else { return nil }
        guard key["kid"] == nil else { throw .invalidBundle("an x509-svid key with a kid") }
        guard case .array(let values) = chain, let first = values.first?.string,
            let der = Data(base64Encoded: first)
        else { throw .invalidBundle("x5c is not a list of base64 certificates") }
        return Array(der)
    }

    /// A whole number of 64 bits, not negative (section 4.1.1 and 4.1.2).
    private static func number(_ value: JSONValue, _ name: String) throws(PKIError) -> UInt64? {
        guard let member = value[name] else { return nil }
        guard case .number(let number) = member, let whole = UInt64(number.text) else {
            throw .invalidBundle("\(name) is not a whole number")
        }
        return whole
    }
}

extension JSONLimits {
    /// For a bundle, or a map of them.
    static let bundle = JSONLimits(
        bytesMax: PKILimits.bundleBytesMax, depthMax: 8, valuesMax: 20_000)
}
