package import Foundation
import StrictJSON

/// Signing requests made with the openssl command, as a client without our tools makes them.
package enum SigningRequest {
    /// Makes a key and a request for one URI; returns the request in PEM.
    package static func make(
        _ uri: String, in folder: URL, name: String = "request"
    ) throws -> String {
        let result = try Shell.run(
            [
                "openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "\(name).key", "-subj",
                "/CN=test", "-addext", "subjectAltName=URI:\(uri)",
            ], directory: folder)
        guard result.status == 0 else { throw TestFault(description: result.error) }
        return result.output
    }
}

extension SigningRequest {
    /// The body of a request that has it signed.
    package static func body(_ csr: String) -> String {
        var writer = JSONWriter()
        writer.raw("{\"csr\":")
        writer.string(csr)
        writer.raw("}")
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
