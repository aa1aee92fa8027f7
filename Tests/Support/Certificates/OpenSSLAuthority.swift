package import Foundation

/// A certificate with its key, as files that curl and s_client take.
package struct IdentityFiles: Sendable {
    package let certificate: String
    package let key: String
    /// What s_client sends after the certificate.
    package var chain: String? = "data/pki/intermediate.pem"

    package init(
        certificate: String, key: String, chain: String? = "data/pki/intermediate.pem"
    ) {
        self.certificate = certificate
        self.key = key
        self.chain = chain
    }

    /// The operator's, which the gateway makes at its first start.
    package static let `operator` = IdentityFiles(
        certificate: "certs/operator.pem", key: "certs/operator.key")
}

/// Signs certificates with the openssl command, as someone who holds an authority's key could.
package struct OpenSSLAuthority: Sendable {
    /// What goes into one certificate; the defaults make a good leaf.
    package struct Plan: Sendable {
        package var uris = ["spiffe://maxine.local/ns/default/dc/dc1/svc/web"]
        package var isAuthority = false
        package var authorityUsage = "keyCertSign,cRLSign"
        package var begins = Date(timeIntervalSinceNow: -60)
        package var ends = Date(timeIntervalSinceNow: 600)
        package var usages = "serverAuth,clientAuth"
        /// In hexadecimal; nil for one by chance.
        package var serial: String?

        package init() {}
    }

    let folder: URL
    let certificate: String
    let key: String

    /// An authority whose certificate and key are there already, such as the gateway's intermediate.
    package init(folder: URL, certificate: String, key: String) {
        self.folder = folder
        self.certificate = certificate
        self.key = key
    }

    /// Makes a root of its own for the trust domain: what a stranger can do.
    package init(strangerIn folder: URL) throws {
        self.init(folder: folder, certificate: "stranger.pem", key: "stranger.key")
        var plan = Plan()
        plan.uris = ["spiffe://maxine.local"]
        plan.isAuthority = true
        try makeKey("stranger")
        try sign("stranger", plan, arguments: ["-selfsign", "-keyfile", key])
    }

    /// Makes a key and a certificate for it; the certificate's file holds the authority's too.
    package func issue(_ name: String, _ plan: Plan = Plan(), withChain: Bool = true) throws
        -> IdentityFiles
    {
        try makeKey(name)
        try sign(name, plan, arguments: ["-cert", certificate, "-keyfile", key])
        let file = folder.appending(path: "\(name).pem")
        if withChain {
            let own = try Data(contentsOf: file)
            try (own + Data(contentsOf: folder.appending(path: certificate))).write(to: file)
        }
        return IdentityFiles(
            certificate: "\(name).pem", key: "\(name).key",
            chain: withChain ? certificate : nil)
    }

    private func makeKey(_ name: String) throws {
        try openssl([
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", "\(name).key", "-out", "\(name).csr", "-subj", "/CN=\(name)",
        ])
    }

    private func sign(_ name: String, _ plan: Plan, arguments: [String]) throws {
        let settings = """
            [ca]
            default_ca = d
            [d]
            database = \(name).index
            new_certs_dir = .
            default_md = sha256
            policy = any
            unique_subject = no
            \(plan.serial == nil ? "rand_serial = yes" : "serial = \(name).serial")
            [any]
            commonName = optional
            [made]
            basicConstraints = critical,CA:\(plan.isAuthority ? "TRUE" : "FALSE")
            keyUsage = critical,\(plan.isAuthority ? plan.authorityUsage : "digitalSignature")
            subjectKeyIdentifier = hash
            authorityKeyIdentifier = keyid
            subjectAltName = \(plan.uris.map { "URI:\($0)" }.joined(separator: ","))
            \(plan.isAuthority ? "" : "extendedKeyUsage = \(plan.usages)")

            """
        try Data(settings.utf8).write(to: folder.appending(path: "\(name).cnf"))
        try Data().write(to: folder.appending(path: "\(name).index"))
        if let serial = plan.serial {
            try Data((serial + "\n").utf8).write(to: folder.appending(path: "\(name).serial"))
        }
        try openssl(
            [
                "ca", "-batch", "-notext", "-config", "\(name).cnf", "-extensions", "made", "-in",
                "\(name).csr", "-out", "\(name).pem", "-startdate", Self.text(plan.begins),
                "-enddate", Self.text(plan.ends),
            ] + arguments)
    }

    private func openssl(_ arguments: [String]) throws {
        let result = try Shell.run(["openssl"] + arguments, directory: folder)
        guard result.status == 0 else {
            throw TestFault(description: "openssl \(arguments): \(result.error)")
        }
    }

    private static func text(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMddHHmmss'Z'"
        return formatter.string(from: date)
    }
}

extension OpenSSLAuthority {
    /// The intermediate of the gateway in a folder, in the hands of a test.
    package init(intermediateOf folder: URL) {
        self.init(
            folder: folder, certificate: "data/pki/intermediate.pem",
            key: "data/pki/intermediate.key")
    }
}
