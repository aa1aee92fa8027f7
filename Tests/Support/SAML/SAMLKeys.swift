import Foundation
import Support

/// Keys with their certificates, made once for all tests of a process.
package struct SAMLKeys: Sendable {
    private let folder: TestFolder

    package static let shared = Result { try SAMLKeys() }

    /// The provider's, the one that it changes to, somebody else's, our own, and the one before that.
    package static let names = ["idp", "idp2", "other", "own", "own2"]

    private init() throws {
        folder = try TestFolder()
        for name in Self.names {
            let made = try Shell.run([
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                folder.path("\(name).key"), "-out", folder.path("\(name).pem"), "-days", "90",
                "-subj", "/CN=\(name)",
            ])
            guard made.status == 0 else { throw TestFault(description: made.error) }
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: folder.path("\(name).key"))
        }
    }

    package func path(_ file: String) -> String { folder.path(file) }

    package func signer(_ name: String) throws -> XMLSigner {
        try XMLSigner(pem: try folder.text("\(name).key"))
    }

    /// The lines between those of a PEM file.
    package func base64(_ name: String) throws -> String {
        try folder.text("\(name).pem").split(separator: "\n").filter { !$0.hasPrefix("-") }.joined()
    }
}
