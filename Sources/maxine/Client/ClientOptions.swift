import ArgumentParser
import Foundation

/// Where a client command finds the gateway and its own credentials.
///
/// Order: flags, then MAXINE_ADDR, MAXINE_CERT, MAXINE_KEY, MAXINE_CACERT, then the operator
/// identity that `maxine init` wrote to `./certs`. An API key or token in MAXINE_TOKEN is sent
/// besides; with it a certificate goes along only if one is named. There is no flag for it: other
/// users of a machine see command lines.
struct ClientOptions: ParsableArguments {
    @Option(help: "The gateway's address, as https://127.0.0.1:8443 (MAXINE_ADDR).")
    var addr: String?

    @Option(help: "The client certificate chain, PEM (MAXINE_CERT).")
    var cert: String?

    @Option(help: "The client's private key, PEM (MAXINE_KEY).")
    var key: String?

    @Option(help: "The trust bundle, PEM (MAXINE_CACERT).")
    var cacert: String?

    @Flag(help: "Print the answer as JSON.")
    var json = false

    var address: String { addr ?? variable("MAXINE_ADDR") ?? "https://127.0.0.1:8443" }
    var certificatePath: String { cert ?? variable("MAXINE_CERT") ?? "certs/operator.pem" }
    var keyPath: String { key ?? variable("MAXINE_KEY") ?? "certs/operator.key" }
    var bundlePath: String { cacert ?? variable("MAXINE_CACERT") ?? "certs/bundle.pem" }

    var token: String? { variable("MAXINE_TOKEN") }

    /// Whether a client certificate was named, rather than found where `maxine init` puts it.
    var namesCertificate: Bool { (cert ?? variable("MAXINE_CERT")) != nil }

    private func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
