internal import Foundation
internal import NIOSSL
internal import PKI

/// What TLS to a directory's servers needs; the files are read again now and then.
struct DirectoryTLS {
    private var context: (made: NIOSSLContext, at: Int64)?

    /// The context for a connection.
    ///
    /// - Throws: ``LinkFault`` where a file is of no use.
    mutating func context(
        _ settings: DirectorySettings, at now: Int64
    ) throws(LinkFault) -> NIOSSLContext {
        if let context, now - context.at < DirectoryBounds.filesNanoseconds { return context.made }
        do {
            let made = try NIOSSLContext(configuration: try Self.configuration(settings))
            context = (made, now)
            return made
        } catch let fault as LinkFault {
            throw fault
        } catch {
            throw LinkFault(reason: "the certificate and key of auth.ldap do not fit together")
        }
    }

    private static func configuration(
        _ settings: DirectorySettings
    ) throws(LinkFault) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.certificateVerification = .fullVerification
        if let path = settings.authorities {
            tls.trustRoots = .certificates(try certificates(path, "ca_file"))
        }
        if let certificate = settings.certificate, let key = settings.key {
            tls.certificateChain = try certificates(certificate, "client_cert").map {
                .certificate($0)
            }
            tls.privateKey = .privateKey(try privateKey(key))
        }
        return tls
    }

    private static func certificates(
        _ path: String, _ key: String
    ) throws(LinkFault) -> [NIOSSLCertificate] {
        guard let all = try? NIOSSLCertificate.fromPEMFile(path), !all.isEmpty else {
            throw LinkFault(
                reason: "auth.ldap.\(key): \(path) holds no certificates that can be read")
        }
        return all
    }

    private static func privateKey(_ path: String) throws(LinkFault) -> NIOSSLPrivateKey {
        var bytes: [UInt8]
        do throws(PKIError) {
            bytes = try SecretSource.file(path).read(as: "auth.ldap.client_key", environment: [:])
        } catch {
            throw LinkFault(reason: error.message)
        }
        guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
            throw LinkFault(reason: "auth.ldap.client_key: \(path) holds no private key")
        }
        return key
    }
}
