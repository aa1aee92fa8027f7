internal import CPKCS11
internal import Crypto
internal import PKI

/// Keeps keys in a token of a PKCS#11 module, a hardware security module say, which signs digests; the keys never leave it.
///
/// A key is found by its label and its id.
final class PKCS11Keeper: OutsideCustody {
    static let word = "pkcs11"

    let name = PKCS11Keeper.word
    private let token: PKCS11Token

    /// Loads the module.
    ///
    /// - Throws: `PKIError.unusableFiles`.
    init(
        module: String, label: String, pin: SecretSource, environment: [String: String]
    ) throws(PKIError) {
        token = PKCS11Token(
            try PKCS11Module(module), label: label, pin: pin, environment: environment)
    }

    func makeKey(_ key: String) throws(PKIError) -> [UInt8] {
        let point = try token.withSession { module, session throws(PKCS11Fault) in
            try PKCS11Session(module: module, handle: session).makeKey(key)
        }
        guard let known = try? P256.Signing.PublicKey(x963Representation: point) else {
            throw .signingFailed("the token shows no P-256 key \(key) after it was made")
        }
        return Array(known.derRepresentation)
    }

    func signature(of message: [UInt8], by key: String) throws(PKIError) -> [UInt8] {
        let digest = Array(SHA256.hash(data: message))
        let made: [UInt8]? = try token.withSession { module, session throws(PKCS11Fault) in
            let session = PKCS11Session(module: module, handle: session)
            guard let handle = try session.find(key, CKO_PRIVATE_KEY).first else { return nil }
            return try session.sign(digest, handle)
        }
        guard let made else { throw missing(key) }
        guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: made) else {
            throw .signingFailed("the token gave no signature of its key \(key)")
        }
        return Array(signature.derRepresentation)
    }

    func destroyKey(_ key: String) throws(PKIError) {
        try token.withSession { module, session throws(PKCS11Fault) in
            let session = PKCS11Session(module: module, handle: session)
            for kind in [CKO_PRIVATE_KEY, CKO_PUBLIC_KEY] {
                for handle in try session.find(key, kind) { try session.destroy(handle) }
            }
        }
    }

    func check(_ key: String?) throws(PKIError) {
        let isThere = try token.withSession { module, session throws(PKCS11Fault) in
            let session = PKCS11Session(module: module, handle: session)
            return try !session.find(key ?? "", CKO_PRIVATE_KEY).isEmpty
        }
        guard let key, !isThere else { return }
        throw missing(key)
    }

    /// The token may have been put back, or another may be there: the next look is by a module that was begun anew.
    private func missing(_ key: String) -> PKIError {
        token.beginAnew()
        return .keyAway("the token has no key \(key)")
    }
}

/// What we do in a session.
private struct PKCS11Session {
    let module: PKCS11Module
    let handle: CK_SESSION_HANDLE

    /// `prime256v1`, DER (RFC 5480 section 2.1.1.1).
    private static let curve: [UInt8] = [
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07,
    ]
    /// An uncompressed point in an OCTET STRING.
    private static let pointBytes = 67

    private func named(_ key: String) -> [PKCS11Attribute] {
        // The name's 16 random bytes, as they are written in it.
        let id = Array(key.utf8.suffix(32))
        return [
            .init(CK_ATTRIBUTE_TYPE(CKA_LABEL), Array(key.utf8)),
            .init(CK_ATTRIBUTE_TYPE(CKA_ID), id),
        ]
    }

    /// Makes a pair whose private half can't be taken out.
    ///
    /// - Returns: The point, as X9.62 writes it uncompressed.
    func makeKey(_ key: String) throws(PKCS11Fault) -> [UInt8] {
        let shared = named(key) + [.init(CK_ATTRIBUTE_TYPE(CKA_TOKEN), true)]
        let open =
            shared + [
                .init(CK_ATTRIBUTE_TYPE(CKA_EC_PARAMS), Self.curve),
                .init(CK_ATTRIBUTE_TYPE(CKA_VERIFY), true),
            ]
        let closed =
            shared + [
                .init(CK_ATTRIBUTE_TYPE(CKA_PRIVATE), true),
                .init(CK_ATTRIBUTE_TYPE(CKA_SENSITIVE), true),
                .init(CK_ATTRIBUTE_TYPE(CKA_EXTRACTABLE), false),
                .init(CK_ATTRIBUTE_TYPE(CKA_SIGN), true),
            ]
        var mechanism = CK_MECHANISM()
        mechanism.mechanism = CK_MECHANISM_TYPE(CKM_EC_KEY_PAIR_GEN)
        var (publicKey, privateKey) = (CK_OBJECT_HANDLE(), CK_OBJECT_HANDLE())
        _ = try open.withTemplate { open, openCount throws(PKCS11Fault) in
            _ = try closed.withTemplate { closed, closedCount throws(PKCS11Fault) in
                try module.call("C_GenerateKeyPair") {
                    $0.pointee.C_GenerateKeyPair?(
                        handle, &mechanism, open, openCount, closed, closedCount, &publicKey,
                        &privateKey)
                }
            }
        }
        let asked = [
            PKCS11Attribute(
                CK_ATTRIBUTE_TYPE(CKA_EC_POINT), [UInt8](repeating: 0, count: Self.pointBytes))
        ]
        let values = try asked.withTemplate { template, count throws(PKCS11Fault) in
            try module.call("C_GetAttributeValue") {
                $0.pointee.C_GetAttributeValue?(handle, publicKey, template, count)
            }
        }
        let point = values.first ?? []
        // Some give the point itself.
        return point.count == Self.pointBytes ? Array(point.dropFirst(2)) : point
    }

    /// The objects of a kind that have the name.
    func find(_ key: String, _ kind: CK_ULONG) throws(PKCS11Fault) -> [CK_OBJECT_HANDLE] {
        let wanted = named(key) + [.init(CK_ATTRIBUTE_TYPE(CKA_CLASS), kind)]
        _ = try wanted.withTemplate { template, count throws(PKCS11Fault) in
            try module.call("C_FindObjectsInit") {
                $0.pointee.C_FindObjectsInit?(handle, template, count)
            }
        }
        var found = [CK_OBJECT_HANDLE](repeating: 0, count: KeeperLimits.objectsMax)
        var count = CK_ULONG()
        try module.call("C_FindObjects") {
            $0.pointee.C_FindObjects?(handle, &found, CK_ULONG(found.count), &count)
        }
        try module.call("C_FindObjectsFinal") { $0.pointee.C_FindObjectsFinal?(handle) }
        return Array(found.prefix(Int(clamping: count)))
    }

    /// ECDSA over a digest: r and s, 32 bytes each.
    func sign(_ digest: [UInt8], _ key: CK_OBJECT_HANDLE) throws(PKCS11Fault) -> [UInt8] {
        var mechanism = CK_MECHANISM()
        mechanism.mechanism = CK_MECHANISM_TYPE(CKM_ECDSA)
        try module.call("C_SignInit") { $0.pointee.C_SignInit?(handle, &mechanism, key) }
        var digest = digest
        var signature = [UInt8](repeating: 0, count: KeeperLimits.signatureBytesMax)
        var count = CK_ULONG(signature.count)
        try module.call("C_Sign") {
            $0.pointee.C_Sign?(handle, &digest, CK_ULONG(digest.count), &signature, &count)
        }
        return Array(signature.prefix(Int(clamping: count)))
    }

    func destroy(_ object: CK_OBJECT_HANDLE) throws(PKCS11Fault) {
        try module.call("C_DestroyObject") { $0.pointee.C_DestroyObject?(handle, object) }
    }
}
