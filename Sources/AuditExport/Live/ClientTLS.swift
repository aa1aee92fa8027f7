internal import NIOSSL

/// The TLS settings of everything that leaves the gateway.
enum ClientTLS {
    /// TLS 1.2 or later, the server always verified.
    static func configuration(_ files: TLSFiles) throws(ExportError) -> TLSConfiguration {
        var settings = TLSConfiguration.makeClientConfiguration()
        settings.minimumTLSVersion = .tlsv12
        settings.certificateVerification = .fullVerification
        do {
            if let path = files.authorities {
                settings.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
            } else {
                settings.trustRoots = .default
            }
            if let certificate = files.certificate, let key = files.key {
                settings.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate)
                    .map { .certificate($0) }
                settings.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            }
        } catch {
            throw .unreachable("TLS files can't be used: \(error)")
        }
        return settings
    }
}
