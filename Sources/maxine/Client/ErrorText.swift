import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Text

/// An error as a sentence for people; never a value of the language.
func sentence(of error: any Error) -> String {
    switch error {
    case let error as IOError: return errnoText(error.errnoCode)
    case let error as NIOConnectionError:
        if let first = error.connectionErrors.first { return sentence(of: first.error) }
        return "there is no host \(quote(error.host))"
    case let error as ChannelError:
        if case .connectTimeout = error { return "no answer within the time for connecting" }
        return "the connection ended"
    case let error as HTTPClientError: return error.shortDescription.lowercased()
    case let error as NIOSSLError: return sentence(ofTLS: String(describing: error))
    case is NIOSSLExtraError, is BoringSSLError: return sentence(ofTLS: String(describing: error))
    case let error as CocoaError:
        guard let system = error.underlying as? POSIXError else {
            return Quotation.cut(error.localizedDescription)
        }
        return errnoText(system.code.rawValue)
    default: return "\(error)"
    }
}

/// What the TLS library says in capitals somewhere in its error.
private let tlsReasons: [(word: String, sentence: String)] = [
    ("CERTIFICATE_VERIFY_FAILED", "its certificate is not signed by an authority of the bundle"),
    ("CERTIFICATE_EXPIRED", "the gateway says that the client certificate has expired"),
    ("CERTIFICATE_REVOKED", "the gateway says that the client certificate is revoked"),
    ("UNKNOWN_CA", "the gateway does not know the authority of the client certificate"),
    ("CERTIFICATE_REQUIRED", "the gateway wants a client certificate"),
    ("BAD_CERTIFICATE", "the gateway does not take the client certificate"),
    ("CERTIFICATE_UNKNOWN", "the gateway does not take the client certificate"),
    ("ACCESS_DENIED", "the gateway does not take the client certificate"),
    ("WRONG_VERSION_NUMBER", "what answers there does not speak TLS"),
    ("PROTOCOL_VERSION", "what answers there does not speak TLS 1.3"),
    ("nableToValidateCertificate", "its certificate is not signed by an authority of the bundle"),
    ("ailedToValidateHostname", "its certificate is not for that host name"),
    ("uncleanShutdown", "the connection was cut"), ("EOF", "the connection was cut"),
]

private func sentence(ofTLS text: String) -> String {
    tlsReasons.first { text.contains($0.word) }?.sentence
        ?? "the TLS library says: \(Quotation.cut(text))"
}
