import Foundation
import Support

/// Certificates made with the openssl command in a folder of their own; gone with the value.
final class WireTestCertificates: Sendable {
    let folder: URL

    /// Nil where there is no openssl.
    static let shared: WireTestCertificates? = WireTestCertificates()

    static var isMissing: Bool { shared == nil }

    private init?() {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("wire-tests-\(UUID().uuidString)")
        let script = """
            set -e
            mkdir -p "$1"; cd "$1"
            new() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out $1.key; }
            new ca
            openssl req -x509 -new -key ca.key -days 2 -subj /CN=wire-test -out ca.pem -addext basicConstraints=critical,CA:TRUE
            for n in server client other; do
              new $n
              openssl req -new -key $n.key -subj /CN=$n -out $n.csr
              printf 'subjectAltName=DNS:localhost,IP:127.0.0.1,URI:spiffe://wire.test/%s' $n > $n.ext
              openssl x509 -req -in $n.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -extfile $n.ext -out $n.pem
              openssl x509 -in $n.pem -outform DER -out $n.der
            done
            cat client.pem ca.pem ca.pem ca.pem ca.pem ca.pem > long.pem
            """
        guard Self.run("/bin/bash", ["-c", script, "bash", folder.path])?.code == 0 else {
            return nil
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    struct Output: Sendable {
        var code: Int32
        var text: String
    }

    /// Runs a command to its end; nil if it can't be started.
    static func run(_ path: String, _ arguments: [String], input: String = "") -> Output? {
        guard let result = try? Shell.run([path] + arguments, input: input) else { return nil }
        return Output(code: result.status, text: result.output + result.error)
    }

    /// Runs a shell line off the test's own thread.
    static func shell(_ line: String) async -> Output? {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: run("/bin/bash", ["-c", line]))
            }
        }
    }
}
