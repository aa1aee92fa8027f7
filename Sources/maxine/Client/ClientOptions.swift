import ArgumentParser
import Foundation

/// Where a client command finds the gateway and its own credentials.
///
/// Order: flags, then MAXINE_ADDR, MAXINE_CERT, MAXINE_KEY, MAXINE_CACERT, then the session that `maxine login` saved, then
/// the operator identity that `maxine init` wrote to `./certs`. MAXINE_TOKEN speaks for each request; no flag takes it, since
/// others can read a process's arguments.
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

    /// Whether the request brings what speaks for it, so that no certificate is needed.
    var bringsToken = false

    private enum CodingKeys: CodingKey {
        case addr, cert, key, cacert, json
    }

    /// The gateway's address, without a slash at its end.
    ///
    /// - Throws: ``Failure`` that says what to write instead.
    func address(usesSavedSession: Bool = true) throws -> String {
        let saved = usesSavedSession ? savedSession : nil
        let (text, source) =
            addr.map { ($0, "--addr") } ?? variable("MAXINE_ADDR").map { ($0, "MAXINE_ADDR") }
            ?? saved.map { ($0.address, "the saved session's address") }
            ?? ("https://127.0.0.1:8443", "the default")
        return try GatewayAddress.checked(text, from: source)
    }

    var certificatePath: String { cert ?? variable("MAXINE_CERT") ?? "certs/operator.pem" }
    var keyPath: String { key ?? variable("MAXINE_KEY") ?? "certs/operator.key" }
    var bundlePath: String { cacert ?? variable("MAXINE_CACERT") ?? "certs/bundle.pem" }

    /// The session that `maxine login` saved; nil where there is none, or something else is named to speak.
    var savedSession: SavedSession? {
        guard cert == nil, key == nil, variable("MAXINE_CERT") == nil,
            variable("MAXINE_TOKEN") == nil
        else { return nil }
        return SavedSession.read()
    }

    /// What speaks for each request in the certificate's place: an API key, a bearer token or the saved session, which is sent to
    /// the gateway that it is of and to no other.
    func token(at address: String, usesSavedSession: Bool) -> ClientToken? {
        if let token = variable("MAXINE_TOKEN") { return ClientToken(text: token, isSaved: false) }
        guard usesSavedSession, let saved = savedSession, saved.address == address else {
            return nil
        }
        return ClientToken(text: saved.secret, isSaved: true)
    }

    /// Whether the connection shows a certificate: beside a token it need not have one.
    func hasCertificate(besideToken: Bool) -> Bool {
        (!besideToken && !bringsToken) || cert != nil || variable("MAXINE_CERT") != nil
            || FileManager.default.fileExists(atPath: certificatePath)
    }

    /// Whether a token or a certificate is there to speak for a request.
    var hasSpeaker: Bool { variable("MAXINE_TOKEN") != nil || hasCertificate(besideToken: true) }

    private func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
