import Foundation

/// A real slapd on loopback with TLS, some people, groups in groups, and a password policy.
///
///     dc=example,dc=org
///     +- ou=people   alice, bob, carol (two mail addresses), dave (must change), erin (locked), twin and twin
///     +- ou=groups   ops: alice;  staff: ops;  all: staff;  ring-a: alice, ring-b;  ring-b: ring-a
///     +- ou=svc      gateway: may read, and is known by its client certificate, too
///     +- ou=away     a referral to wherever the test says
package final class SlapdServer: Sendable {
    package static let isThere = Shell.has("slapd") && Shell.has("ldapadd")

    package static let base = "dc=example,dc=org"
    package static let servicePassword = "service-secret"
    package static let password = "correct horse battery staple"

    package let folder: TestFolder
    package let plainPort: Int
    package let port: Int
    private let process: TetheredProcess

    /// Starts it and fills it over LDAP, since only then memberOf is kept.
    ///
    /// - Parameters:
    ///   - referral: Where its referral leads to.
    ///   - names: What its certificate is for.
    /// - Throws: `TestFault` where it does not start.
    package init(
        referral: String = "ldap://127.0.0.1:9/dc=away",
        names: String = "IP:127.0.0.1,DNS:directory.test"
    ) throws {
        let folder = try TestFolder()
        let ports = try LoopbackPorts.free(2)
        try SlapdCertificates.make(in: folder, names)
        try folder.write(Self.configuration(folder.path), to: "slapd.conf")
        try FileManager.default.createDirectory(
            atPath: folder.path("db"), withIntermediateDirectories: true)
        try folder.write("", to: "slapd.log")
        try folder.write(Self.servicePassword + "\n", to: "service.password")
        try folder.chmod("service.password", 0o600)
        process = try TetheredProcess(
            [
                "slapd", "-f", folder.path("slapd.conf"), "-d", "256", "-h",
                "ldap://127.0.0.1:\(ports[0])/ ldaps://127.0.0.1:\(ports[1])/",
            ], log: folder.path("slapd.log"))
        (self.folder, plainPort, port) = (folder, ports[0], ports[1])
        try waitUntilItAnswers()
        try add(SlapdContent.ldif(referral: referral))
    }

    package var address: String { "ldaps://127.0.0.1:\(port)" }
    package var plainAddress: String { "ldap://127.0.0.1:\(plainPort)" }

    /// Ends it.
    package func kill() { process.kill() }

    /// The lines of a directory in `auth.ldap` that asks it; more keys may follow, or stand instead.
    package func settings(
        name: String = "corp", servers: [String]? = nil, _ more: String = "user_attribute: uid"
    ) throws -> String {
        let list = (servers ?? [address]).map { "\"\($0)\"" }.joined(separator: ", ")
        return """
            auth:
              ldap:
                - name: \(name)
                  servers: [\(list)]
                  ca_file: \(folder.path("ca.pem"))
                  base: "\(Self.base)"
                  bind_dn: "cn=gateway,ou=svc,\(Self.base)"
                  bind_password: file:\(folder.path("service.password"))

            """
                + more.split(separator: "\n").map { "      \($0)\n" }.joined()
    }

    /// Adds entries as its administrator.
    package func add(_ ldif: String) throws { try administrate(["ldapadd", "-c"], ldif) }

    /// Changes entries as its administrator.
    package func modify(_ ldif: String) throws { try administrate(["ldapmodify"], ldif) }

    private func administrate(_ command: [String], _ ldif: String) throws {
        let result = try Shell.run(
            command + [
                "-x", "-H", address, "-D", "cn=admin,\(Self.base)", "-w", "admin",
            ], input: ldif, environment: ["LDAPTLS_REQCERT": "allow"])
        guard result.status == 0 else {
            throw TestFault(description: "\(command): \(result.error)")
        }
    }

    private func waitUntilItAnswers() throws {
        for _ in 0..<200 {
            let result = try Shell.run(
                ["ldapwhoami", "-x", "-H", address],
                environment: ["LDAPTLS_REQCERT": "allow"])
            if result.status == 0 { return }
            usleep(20_000)
        }
        throw TestFault(description: "slapd does not answer: \(try folder.text("slapd.log"))")
    }

    private static func configuration(_ folder: String) -> String {
        """
        include /etc/ldap/schema/core.schema
        include /etc/ldap/schema/cosine.schema
        include /etc/ldap/schema/nis.schema
        include /etc/ldap/schema/inetorgperson.schema
        pidfile \(folder)/slapd.pid
        modulepath /usr/lib/ldap
        moduleload back_mdb
        moduleload memberof
        moduleload ppolicy
        sizelimit 5000
        TLSCACertificateFile \(folder)/ca.pem
        TLSCertificateFile \(folder)/server.pem
        TLSCertificateKeyFile \(folder)/server.key
        TLSVerifyClient try
        authz-regexp "cn=gateway" "cn=gateway,ou=svc,\(base)"
        database mdb
        maxsize 67108864
        suffix "\(base)"
        rootdn "cn=admin,\(base)"
        rootpw admin
        directory \(folder)/db
        index objectClass,uid,member eq
        access to attrs=userPassword by anonymous auth by * none
        access to * by users read
        overlay memberof
        overlay ppolicy
        ppolicy_default "cn=policy,\(base)"
        ppolicy_use_lockout

        """
    }
}

/// An authority, a certificate for 127.0.0.1, and one that slapd knows the gateway by.
enum SlapdCertificates {
    static func make(
        in folder: TestFolder, _ names: String = "IP:127.0.0.1"
    ) throws {
        try folder.write("subjectAltName=\(names)\n", to: "server.ext")
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        let sign = "openssl x509 -req -CA ca.pem -CAkey ca.key -CAcreateserial -days 2"
        let lines = [
            "openssl req -x509 \(key) -days 2 -keyout ca.key -out ca.pem -subj /CN=authority",
            "openssl req \(key) -keyout server.key -out server.csr -subj /CN=directory",
            "\(sign) -in server.csr -out server.pem -extfile server.ext",
            "openssl req \(key) -keyout client.key -out client.csr -subj /CN=gateway",
            "\(sign) -in client.csr -out client.pem",
            "chmod 600 client.key",
        ]
        let result = try Shell.run(
            ["sh", "-ec", lines.joined(separator: "\n")], directory: folder.url)
        guard result.status == 0 else { throw TestFault(description: result.error) }
    }
}
