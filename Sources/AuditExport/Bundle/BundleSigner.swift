internal import Crypto
internal import Foundation
internal import Glibc

/// The Ed25519 key that signs bundles, in the forms that ssh-keygen and openssl read.
public struct BundleSigner: Sendable {
    /// The namespace of the signatures (PROTOCOL.sshsig of OpenSSH).
    public static let namespace = "maxine-audit-bundle"
    /// The name in `allowed_signers`.
    public static let identity = "maxine"
    private let key: Curve25519.Signing.PrivateKey

    /// RFC 8410 section 7 for an Ed25519 private key, and section 4 for a public one, up to the 32 bytes.
    private static let privatePrefix: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ]
    private static let publicPrefix: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    /// Reads a key of `openssl genpkey -algorithm ed25519`, or makes one of mode 0600 where no file is.
    ///
    /// - Throws: ``ExportError/file(path:why:)``.
    public init(path: String) throws(ExportError) {
        guard FileManager.default.fileExists(atPath: path) else {
            key = Curve25519.Signing.PrivateKey()
            try save(path)
            return
        }
        let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
        let body = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
        guard text.hasPrefix("-----BEGIN PRIVATE KEY-----"), let der = Data(base64Encoded: body),
            der.count == Self.privatePrefix.count + 32, der.starts(with: Self.privatePrefix),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: der.suffix(32))
        else {
            throw .file(path: path, why: "is no Ed25519 key in PKCS#8 PEM (openssl genpkey)")
        }
        self.key = key
    }

    private func save(_ path: String) throws(ExportError) {
        let folder = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: folder.isEmpty ? "." : folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw .file(path: folder, why: "can't be made")
        }
        let der = Self.privatePrefix + [UInt8](key.rawRepresentation)
        let bytes = Array(Self.pem("PRIVATE KEY", der).utf8)
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .file(path: path, why: "can't be made") }
        defer { close(file) }
        guard write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            throw .file(path: path, why: "can't be written")
        }
    }

    private static func pem(_ label: String, _ der: [UInt8]) -> String {
        "-----BEGIN \(label)-----\n\(Data(der).base64EncodedString())\n-----END \(label)-----\n"
    }

    /// The public key in PEM, for openssl.
    public var publicPEM: String {
        Self.pem("PUBLIC KEY", Self.publicPrefix + [UInt8](key.publicKey.rawRepresentation))
    }

    /// Any Ed25519 public key in PEM.
    static func publicPEM(_ bytes: [UInt8]) -> String { pem("PUBLIC KEY", publicPrefix + bytes) }

    /// The line of an `allowed_signers` file (ssh-keygen(1)).
    public var allowedSigner: String {
        let blob = Data(publicBlob).base64EncodedString()
        return "\(Self.identity) namespaces=\"\(Self.namespace)\" ssh-ed25519 \(blob)\n"
    }

    /// The fingerprint as `ssh-keygen -l` prints it.
    public var fingerprint: String {
        let digest = Data(SHA256.hash(data: publicBlob)).base64EncodedString()
        return "SHA256:" + digest.prefix { $0 != "=" }
    }

    private var publicBlob: [UInt8] {
        Self.string(Array("ssh-ed25519".utf8))
            + Self.string([UInt8](key.publicKey.rawRepresentation))
    }

    /// A plain Ed25519 signature, for `openssl pkeyutl -rawin`.
    func rawSignature(of message: [UInt8]) throws(ExportError) -> [UInt8] {
        do {
            return [UInt8](try key.signature(for: message))
        } catch {
            throw .file(path: "signature", why: "can't be made")
        }
    }

    /// An armoured signature (PROTOCOL.sshsig), for `ssh-keygen -Y verify`.
    func sshSignature(of message: [UInt8]) throws(ExportError) -> String {
        let namespace = Self.string(Array(Self.namespace.utf8))
        let algorithm = Self.string(Array("sha512".utf8))
        let magic = Array("SSHSIG".utf8)
        let signed =
            magic + namespace + Self.string([]) + algorithm
            + Self.string(Array(SHA512.hash(data: message)))
        let signature =
            Self.string(Array("ssh-ed25519".utf8)) + Self.string(try rawSignature(of: signed))
        let blob =
            magic + [0, 0, 0, 1] + Self.string(publicBlob) + namespace + Self.string([])
            + algorithm + Self.string(signature)
        let text = Array(Data(blob).base64EncodedString().utf8)
        let lines = stride(from: 0, to: text.count, by: 70).map {
            String(decoding: text[$0..<min($0 + 70, text.count)], as: UTF8.self)
        }
        return "-----BEGIN SSH SIGNATURE-----\n" + lines.joined(separator: "\n")
            + "\n-----END SSH SIGNATURE-----\n"
    }

    /// A string of RFC 4251 section 5: four bytes of length, then the bytes.
    private static func string(_ bytes: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(clamping: bytes.count).bigEndian) { Array($0) } + bytes
    }
}
