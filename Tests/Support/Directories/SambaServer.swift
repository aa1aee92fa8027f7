import Glibc

/// A real Active Directory domain controller (Samba) on 127.0.0.1, at the ports that it can't do without.
///
/// alice is in ops, and ops in staff; bob is disabled, carol must change her password.
package final class SambaServer: Sendable {
    package static let password = "Correct1horse"
    package static let base = "DC=ad,DC=test"

    /// Why it can't be had here; nil where it can.
    package static let whyNot: String? = {
        guard Shell.has("samba"), Shell.has("samba-tool") else { return "samba is not installed" }
        guard geteuid() == 0 else { return "its ports are for root alone" }
        for port in [389, 636, 88] {
            let isFree = try? Shell.run([
                "python3", "-c", "import socket; socket.create_server(('127.0.0.1', \(port)))",
            ])
            guard isFree?.status == 0 else { return "port \(port) on 127.0.0.1 is taken" }
        }
        return nil
    }()

    package let folder: TestFolder
    private let process: TetheredProcess

    /// Makes a domain and starts its controller.
    package init() throws {
        let folder = try TestFolder()
        self.folder = folder
        try SlapdCertificates.make(in: folder)
        try Self.make(in: folder)
        try folder.write("", to: "samba.log")
        try folder.write(Self.password + "\n", to: "service.password")
        try folder.chmod("service.password", 0o600)
        process = try TetheredProcess(
            [
                "samba", "-s", folder.path("smb.conf"), "--foreground", "--no-process-group",
                "-M", "single",
            ], log: folder.path("samba.log"))
        for _ in 0..<300 {
            let result = try Shell.run(
                [
                    "ldapsearch", "-x", "-H", "ldaps://127.0.0.1", "-b", "", "-s", "base",
                ], environment: ["LDAPTLS_CACERT": folder.path("ca.pem")])
            if result.status == 0 { return }
            usleep(50_000)
        }
        throw TestFault(description: "samba does not answer: \(try folder.text("samba.log"))")
    }

    /// The lines of a directory in `auth.ldap` that asks it, by the account that may look for others.
    package func settings(server: String = "ldaps://127.0.0.1", _ more: String) throws -> String {
        """
        auth:
          ldap:
            - name: ad
              servers: ["\(server)"]
              ca_file: \(folder.path("ca.pem"))
              base: "\(Self.base)"
              timeout: 5s

        """
            + more.replacing("SERVICE", with: service).split(separator: "\n")
            .map { "      \($0)\n" }.joined()
    }

    private var service: String {
        "bind_dn: \"gateway@ad.test\"\nbind_password: file:\(folder.path("service.password"))"
    }

    private static func make(in folder: TestFolder) throws {
        try folder.write(
            """
            [global]
            interfaces = lo
            bind interfaces only = Yes
            server services = ldap, cldap, kdc
            netbios name = DC
            realm = AD.TEST
            workgroup = ADTEST
            server role = active directory domain controller
            private dir = \(folder.path)/dc/private
            state directory = \(folder.path)/dc/state
            cache directory = \(folder.path)/dc/state
            lock directory = \(folder.path)/dc
            pid directory = \(folder.path)/dc
            log file = \(folder.path)/dc/log
            tls certfile = \(folder.path)/server.pem
            tls keyfile = \(folder.path)/server.key
            tls cafile = \(folder.path)/ca.pem

            """, to: "smb.conf")
        let tool = { (words: String) in
            "samba-tool \(words) -H dc/private/sam.ldb -s smb.conf"
        }
        var lines = [
            "chmod 600 server.key",
            "samba-tool domain provision --realm=AD.TEST --domain=ADTEST --server-role=dc"
                + " --dns-backend=NONE --targetdir=$PWD/dc --adminpass='Passw0rd-Admin'"
                + " --option='interfaces=lo' --option='bind interfaces only=yes'"
                + " --host-ip=127.0.0.1 --host-name=dc",
        ]
        for name in ["alice", "bob", "carol", "gateway"] {
            let must = name == "carol" ? " --must-change-at-next-login" : ""
            lines.append(tool("user create \(name) \(password)\(must)"))
        }
        lines += [
            tool("group add ops"), tool("group add staff"), tool("group addmembers ops alice"),
            tool("group addmembers staff ops"), tool("user disable bob"),
        ]
        let result = try Shell.run(
            ["sh", "-ec", lines.joined(separator: "\n")], directory: folder.url,
            timeoutSeconds: 90)
        guard result.status == 0 else { throw TestFault(description: result.error) }
    }
}
