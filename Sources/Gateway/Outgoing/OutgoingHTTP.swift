internal import AsyncHTTPClient
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Text
internal import Time

/// How servers outside are asked over HTTP: TLS 1.2 at least, a certificate for the very name that is configured, no redirect, nothing tried again.
enum OutgoingHTTP {
    /// For requests to one host and to no other; `authorities` is the file of those that it is checked against, nil for the system's.
    static func configuration(
        host: String, authorities: String?, connect: TimeAmount, read: TimeAmount
    ) throws(UnreadableAuthorities) -> HTTPClient.Configuration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let path = authorities {
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
            } catch {
                throw UnreadableAuthorities(path: path)
            }
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = connect
        configuration.timeout.read = read
        configuration.httpVersion = .http1Only
        // The library calls this when TLS is there and before anything is said.
        configuration.http1_1ConnectionDebugInitializer = { channel in checkName(channel, host) }
        // What can't be reached, or shows a certificate that is not taken, is asked again by whoever asked.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    /// What went wrong, for people, where answers are read up to a bound.
    static func sentence(of error: any Error, bytesMax: Int) -> String {
        switch error {
        case let error as TimeIsOver: error.description
        case let error as HTTPClientError where isLate(error): TimeIsOver().description
        case let error as HTTPClientError: error.shortDescription.lowercased()
        case is NIOTooManyBytesError, is ResponseAccumulator.ResponseTooBigError:
            "its answer is longer than \(bytesMax) bytes"
        case is NIOConnectionError, is IOError: "nothing answers there"
        case let error as OtherName: error.description
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            "its certificate is not for the name that is configured"
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            "its certificate is not taken, or what answers does not speak TLS 1.2"
        case is CancellationError: "nobody waits any more"
        default: "the connection failed"
        }
    }

    /// Whether a library's bound on time ended a request.
    private static func isLate(_ error: HTTPClientError) -> Bool {
        error == .deadlineExceeded || error == .readTimeout || error == .connectTimeout
    }

    /// Ends a connection to somebody else; the library's own check takes the address or the common name for the name (``CertificateName``).
    private static func checkName(_ channel: any Channel, _ host: String) -> EventLoopFuture<Void> {
        let checked = channel.eventLoop.makePromise(of: Void.self)
        channel.pipeline.handler(type: NIOSSLClientHandler.self).map { $0.peerCertificate }
            .whenComplete { result in
                switch result {
                case .success(let certificate?) where CertificateName.isFor(host, certificate):
                    checked.succeed()
                case .failure(ChannelPipelineError.notFound):
                    checked.succeed()  // plain HTTP, to this machine
                default:
                    // In this order: the library takes a connection that ends while it begins for one that may be tried again.
                    checked.fail(OtherName(host: host))
                    channel.close(promise: nil)
                }
            }
        return checked.futureResult
    }
}

/// A file of authorities that holds no certificates.
struct UnreadableAuthorities: Error, CustomStringConvertible {
    let path: String

    var description: String { "\(path) holds no certificates that can be read" }
}

/// A certificate for another name than the one that is configured.
private struct OtherName: Error, CustomStringConvertible {
    let host: String

    var description: String { "its certificate is not for \(quote(host))" }
}
