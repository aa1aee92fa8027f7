/// Who is in the directory of ``SlapdServer``.
enum SlapdContent {
    static func ldif(referral: String) -> String {
        units + ["alice", "bob", "carol", "dave", "erin"].map { person($0) }.joined()
            + person("twin", at: "cn=one,ou=people") + person("twin", at: "cn=two,ou=people")
            + groups
                + """
                dn: ou=away,\(SlapdServer.base)
                objectClass: referral
                objectClass: extensibleObject
                ou: away
                ref: \(referral)


                """
    }

    private static let units = """
        dn: \(SlapdServer.base)
        objectClass: organization
        objectClass: dcObject
        dc: example
        o: example

        \(["people", "groups", "svc"].map { unit($0) }.joined())dn: cn=policy,\(SlapdServer.base)
        objectClass: pwdPolicy
        objectClass: organizationalRole
        cn: policy
        pwdAttribute: userPassword
        pwdLockout: TRUE
        pwdMaxFailure: 3
        pwdMustChange: TRUE
        pwdMaxAge: 100000000

        dn: cn=gateway,ou=svc,\(SlapdServer.base)
        objectClass: organizationalRole
        objectClass: simpleSecurityObject
        cn: gateway
        userPassword: \(SlapdServer.servicePassword)


        """

    private static func unit(_ name: String) -> String {
        """
        dn: ou=\(name),\(SlapdServer.base)
        objectClass: organizationalUnit
        ou: \(name)


        """
    }

    private static func person(_ uid: String, at place: String? = nil) -> String {
        """
        dn: \(place ?? "uid=\(uid),ou=people"),\(SlapdServer.base)
        objectClass: inetOrgPerson
        uid: \(uid)
        cn: \(place == nil ? uid : String(place?.dropFirst(3).prefix(3) ?? ""))
        sn: \(uid)
        mail: \(uid)@example.org
        userPassword: \(SlapdServer.password)


        """
    }

    private static let groups =
        group("ops", ["uid=alice,ou=people"]) + group("staff", ["cn=ops,ou=groups"])
        + group("all", ["cn=staff,ou=groups"])
        + group("ring-a", ["uid=alice,ou=people", "cn=ring-b,ou=groups"])
        + group("ring-b", ["cn=ring-a,ou=groups"])

    private static func group(_ name: String, _ members: [String]) -> String {
        """
        dn: cn=\(name),ou=groups,\(SlapdServer.base)
        objectClass: groupOfNames
        cn: \(name)
        \(members.map { "member: \($0),\(SlapdServer.base)" }.joined(separator: "\n"))


        """
    }
}
