import Foundation
import Support

/// A real SAML identity provider: SimpleSAMLphp under PHP's own server, with alice and bob.
final class SimpleSAML {
    /// What it does for each of our providers, which it knows by their entity ids.
    enum Way: String, CaseIterable, Sendable {
        case response, assertion, both, sealed
    }

    /// Where the files of SimpleSAMLphp are; nil where they are not installed.
    static var program: String? {
        let path = SourceRoot.url.appending(path: ".build/simplesamlphp/usr/share/simplesamlphp")
            .path
        guard FileManager.default.fileExists(atPath: path + "/www"), Shell.has("php") else {
            return nil
        }
        return path
    }

    static let missing =
        "SimpleSAMLphp or PHP is missing (scripts/peers.sh): sign-on by SAML meets no real provider"

    let folder: TestFolder
    let address: String
    private let process: ChildProcess

    /// Starts it on a free port; `own` is how we are reached, `certificate` the PEM of our key.
    init(_ program: String, for own: String, certificate: String) throws {
        folder = try TestFolder()
        let port = try FreePort.take()
        address = "http://127.0.0.1:\(port)"
        for name in ["config", "metadata", "cert", "tmp", "log", "data", "sessions"] {
            try FileManager.default.createDirectory(
                atPath: folder.path(name), withIntermediateDirectories: true)
        }
        try Self.makeKey("idp", in: folder.path("cert"))
        try folder.write(Self.config(folder.path, address), to: "config/config.php")
        try folder.write(Self.people, to: "config/authsources.php")
        try Self.makeKey("idp2", in: folder.path("cert"))
        try folder.write(
            Self.hosted(address, Rollover.before), to: "metadata/saml20-idp-hosted.php")
        try folder.write(certificate, to: "cert/maxine.pem")
        try folder.write(
            "<?php\n" + Way.allCases.map { Self.remote($0, own) }.joined(),
            to: "metadata/saml20-sp-remote.php")
        let log = folder.path("php.log")
        try folder.write("", to: "php.log")
        process = try ChildProcess(
            ["php", "-S", "127.0.0.1:\(port)", "-t", program + "/www"],
            environment: Shell.cleanEnvironment.merging(
                ["SIMPLESAMLPHP_CONFIG_DIR": folder.path("config")]) { $1 },
            output: .file(log), error: .file(log))
        try folder.write(try metadata(), to: "idp.xml")
    }

    /// How far the provider is with changing its key.
    enum Rollover: CaseIterable { case before, during, after }

    /// Has the provider go on with changing its key; its metadata says so, too.
    func roll(_ rollover: Rollover) throws {
        try folder.write(
            Self.hosted(address, rollover), to: "metadata/saml20-idp-hosted.php")
        try folder.write(try metadata(), to: "idp.xml")
    }

    /// Has the provider know us by another certificate.
    func know(certificate: String) throws { try folder.write(certificate, to: "cert/maxine.pem") }

    deinit { process.signal(SIGKILL) }

    private func metadata() throws -> String {
        let deadline = Date(timeIntervalSinceNow: 20)
        while Date() < deadline {
            let answer = try Shell.run(
                ["curl", "-sS", "--fail", address + "/saml2/idp/metadata.php"])
            if answer.status == 0, answer.output.contains("EntityDescriptor") {
                return answer.output
            }
            usleep(50_000)
        }
        throw TestFault(description: "no metadata: \(try folder.text("php.log"))")
    }

    /// A key and its certificate, by the openssl command.
    static func makeKey(_ name: String, in folder: String) throws {
        let made = try Shell.run([
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
            "\(folder)/\(name).key", "-out", "\(folder)/\(name).pem", "-days", "2", "-subj",
            "/CN=\(name)",
        ])
        guard made.status == 0 else { throw TestFault(description: made.error) }
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: "\(folder)/\(name).key")
    }

    private static func config(_ folder: String, _ address: String) -> String {
        """
        <?php
        $config = [
            'baseurlpath' => '\(address)/', 'certdir' => '\(folder)/cert/',
            'loggingdir' => '\(folder)/log/', 'datadir' => '\(folder)/data/',
            'tempdir' => '\(folder)/tmp', 'metadatadir' => '\(folder)/metadata',
            'secretsalt' => 'abcdefghijklmnopqrstuvwxyz012345', 'auth.adminpassword' => 'none',
            'timezone' => 'UTC', 'logging.handler' => 'file', 'enable.saml20-idp' => true,
            'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
            'session.cookie.secure' => false, 'session.cookie.samesite' => null,
            'session.phpsession.savepath' => '\(folder)/sessions',
            'session.phpsession.cookiename' => 'SSP', 'store.type' => 'phpsession',
            'language.available' => ['en'], 'language.default' => 'en',
            'admin.checkforupdates' => false,
            'metadata.sources' => [['type' => 'flatfile', 'directory' => '\(folder)/metadata']],
        ];
        """
    }

    private static let people = """
        <?php
        $config = ['people' => ['exampleauth:UserPass',
            'alice:alicepw' => ['uid' => ['alice'], 'groups' => ['ops', 'staff']],
            'bob:bobpw' => ['uid' => ['bob'], 'groups' => ['staff']]]];
        """

    private static func hosted(_ address: String, _ rollover: Rollover) -> String {
        let keys =
            switch rollover {
            case .before: "'privatekey' => 'idp.key', 'certificate' => 'idp.pem'"
            case .during:
                "'privatekey' => 'idp.key', 'certificate' => 'idp.pem', 'new_privatekey' => 'idp2.key', 'new_certificate' => 'idp2.pem'"
            case .after: "'privatekey' => 'idp2.key', 'certificate' => 'idp2.pem'"
            }
        return """
            <?php
            $metadata['\(address)/idp'] = ['host' => '__DEFAULT__', \(keys),
                'auth' => 'people', 'redirect.validate' => true,
                'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'];
            """
    }

    private static func remote(_ way: Way, _ own: String) -> String {
        let place = "\(own)/api/maxine/auth/saml/\(way.rawValue)"
        let signsAssertion = way != .response
        let signsResponse = way != .assertion
        return """
            $metadata['\(place)/metadata'] = ['AssertionConsumerService' => '\(place)/acs',
                'SingleLogoutService' => [['Location' => '\(place)/slo',
                    'Binding' => 'urn:oasis:names:tc:SAML:2.0:bindings:\(way == .both ? "HTTP-POST" : "HTTP-Redirect")']],
                'sign.logout' => true, 'validate.logout' => true,
                'validate.authnrequest' => true, 'certificate' => 'maxine.pem',
                'saml20.sign.assertion' => \(signsAssertion),
                'saml20.sign.response' => \(signsResponse),
                'assertion.encryption' => \(way == .sealed)];

            """
    }
}

/// A port that nobody has at the moment.
enum FreePort {
    static func take() throws -> Int {
        let result = try Shell.run([
            "python3", "-c",
            "import socket; s=socket.socket(); s.bind(('127.0.0.1',0)); print(s.getsockname()[1])",
        ])
        guard let port = Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw TestFault(description: result.error)
        }
        return port
    }
}
