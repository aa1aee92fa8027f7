import NIOConcurrencyHelpers
import NIOCore
import NIOSSL

/// How one listener speaks TLS.
public struct TLSSettings: Sendable {
    /// What is asked of clients.
    public enum ClientCertificates: Sendable {
        /// No handshake without one.
        case required
        /// Never asked for.
        case notAsked
    }

    /// The oldest version that is spoken.
    public enum MinimumVersion: Sendable { case tls12, tls13 }

    /// The server's certificates in DER, leaf first.
    public var certificateChain: [[UInt8]]
    /// The leaf's private key in PEM.
    public var privateKeyPEM: [UInt8]
    /// What is asked of clients.
    public var clientCertificates: ClientCertificates
    /// The oldest version that is spoken.
    public var minimumVersion: MinimumVersion
    /// True to offer HTTP/2 besides HTTP/1.1.
    public var offersHTTP2 = true

    /// Makes the settings of a listener, of TLS 1.3 unless told otherwise.
    public init(
        certificateChain: [[UInt8]], privateKeyPEM: [UInt8], clientCertificates: ClientCertificates,
        minimumVersion: MinimumVersion = .tls13
    ) {
        self.minimumVersion = minimumVersion
        self.certificateChain = certificateChain
        self.privateKeyPEM = privateKeyPEM
        self.clientCertificates = clientCertificates
    }

    /// Reads the certificates of a PEM file, in its order.
    ///
    /// - Throws: `TLSSettingsError` if it holds none, or something that is none.
    public static func certificates(pem: [UInt8]) throws(TLSSettingsError) -> [[UInt8]] {
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(pem).map { try $0.toDERBytes() }
            guard !chain.isEmpty else { throw TLSSettingsError.unusable("no certificate") }
            return chain
        } catch {
            throw .unusable(String(describing: error))
        }
    }

    /// The validity of the first certificate, in seconds since the Unix epoch; nil where there is none that can be read.
    public var leafSeconds: (begin: Int64, end: Int64)? {
        guard let der = certificateChain.first,
            let leaf = try? NIOSSLCertificate(bytes: der, format: .der)
        else { return nil }
        return (Int64(leaf.notValidBefore), Int64(leaf.notValidAfter))
    }

    /// - Throws: `TLSSettingsError` if certificate or key can't be used.
    func makeContext() throws(TLSSettingsError) -> NIOSSLContext {
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try certificateChain.map {
                    .certificate(try NIOSSLCertificate(bytes: $0, format: .der))
                },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: privateKeyPEM, format: .pem)))
            // TLS 1.2 with forward secrecy and authenticated encryption only (RFC 9325 section 4.2, RFC 9113 appendix A).
            configuration.cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
            configuration.minimumTLSVersion = minimumVersion == .tls13 ? .tlsv13 : .tlsv12
            // All that our authorities issue certificates for; the library's own list leaves Ed25519 out.
            configuration.verifySignatureAlgorithms = [
                .ecdsaSecp256R1Sha256, .ecdsaSecp384R1Sha384, .ed25519, .rsaPssRsaeSha256,
                .rsaPssRsaeSha384, .rsaPssRsaeSha512,
            ]
            configuration.curves = [.x25519_MLKEM768, .x25519, .secp256r1, .secp384r1]
            // Never the system's store: the peer gate alone decides whom to trust.
            configuration.trustRoots = .certificates([])
            configuration.certificateVerification =
                clientCertificates == .required ? .noHostnameVerification : .none
            configuration.applicationProtocols = offersHTTP2 ? ["h2", "http/1.1"] : ["http/1.1"]
            configuration.renegotiationSupport = .none
            configuration.shutdownTimeout = .seconds(2)
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .unusable(String(describing: error))
        }
    }
}

/// Why TLS settings can't be used.
public enum TLSSettingsError: Error, Equatable, Sendable {
    /// Certificate or key don't parse or don't belong together.
    case unusable(String)

    /// The stable code.
    public var code: String { "tls_settings_unusable" }
}

extension TLSSettingsError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .unusable(let text): "certificate and key can't be used for TLS: \(text)"
        }
    }
}

/// Holds the TLS context of a listener; every new connection takes the one that is there then.
///
/// Swap it on every change of certificate, trust, revocation or policy: a new context also forgets the keys of all
/// session tickets given out before.
public final class TLSContextBox: Sendable {
    struct Current: Sendable {
        let context: NIOSSLContext
        let requiresCertificate: Bool
    }

    private let box: NIOLockedValueBox<Current>

    /// Makes the first context.
    ///
    /// - Throws: `TLSSettingsError` if certificate or key can't be used.
    public init(_ settings: TLSSettings) throws(TLSSettingsError) {
        box = NIOLockedValueBox(try Self.current(settings))
    }

    /// Puts a new context in place; on a throw the old one stays.
    ///
    /// - Throws: `TLSSettingsError` if certificate or key can't be used.
    public func swap(_ settings: TLSSettings) throws(TLSSettingsError) {
        let next = try Self.current(settings)
        box.withLockedValue { $0 = next }
    }

    var current: Current { box.withLockedValue { $0 } }

    private static func current(_ settings: TLSSettings) throws(TLSSettingsError) -> Current {
        Current(
            context: try settings.makeContext(),
            requiresCertificate: settings.clientCertificates == .required)
    }
}
